"""PURE: the native form of a workflow, read from JSON.

    {"nodes": [{"id", "type", "position": {"x", "y"}, "data": {"label", "config", "settings"}}],
     "edges": [{"id", "source", "target", "sourceHandle", "targetHandle", "data": {"maxIterations"}}],
     "settings": {"deadlineSeconds", "retentionDays", "concurrency": {"limit", "key", "whenFull"}, "errorWorkflow",
                  "bigquery"},
     "origin": "native" | "n8n"}

Keys that are not named here are kept in the stored document and mean nothing to the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.graph.node_settings import NodeSettings, read_graph_settings, read_node_settings
from workflows.graph.problems import Problem
from workflows.graph.settings import GraphSettings
from workflows.items.wording import gettext_noop

Origin = Literal["native", "n8n"]

MAX_NODES = 10_000
MAX_ID = 200
MAX_LABEL = 500
MAX_ITERATIONS = 10_000


class Malformed(ValueError):
    """The document is no definition at all. `message` is a gettext msgid, `field` where it stops being one."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(field)


@dataclass(frozen=True)
class NodeSpec:
    """A node as written. `config` may be anything; the rules hold it against the type."""

    id: str
    type: str
    label: str
    config: Any
    settings: NodeSettings


@dataclass(frozen=True)
class EdgeSpec:
    """An edge as written; a handle of None means the default port.

    `max_iterations` guards an edge that leads back: so often may it be followed in one run.
    """

    id: str | None
    source: str
    target: str
    source_handle: str | None
    target_handle: str | None
    max_iterations: int | None = None


@dataclass(frozen=True)
class Definition:
    """A document that has the shape of a graph. `problems` are the findings that reading it gave.

    Of nodes with one id only the first is in `nodes`, so that ids are unique here.
    """

    nodes: tuple[NodeSpec, ...]
    edges: tuple[EdgeSpec, ...]
    settings: GraphSettings
    origin: Origin
    problems: tuple[Problem, ...]


def parse(raw: Any) -> Definition:
    """Read a definition; raises `Malformed` when the document is none."""
    if not isinstance(raw, Mapping):
        raise Malformed("definition", gettext_noop("Описание рабочего процесса — объект с полями nodes и edges"))
    problems: list[Problem] = []
    written_nodes = _objects(raw, "nodes", required=True)
    written_edges = _objects(raw, "edges", required=False)
    if len(written_nodes) > MAX_NODES:
        problems.append(
            Problem(
                "too_many_nodes",
                gettext_noop("Узлов %(count)s, а может быть не больше %(limit)s"),
                params={"count": len(written_nodes), "limit": MAX_NODES},
            )
        )
    if not written_nodes:
        problems.append(Problem("no_nodes", gettext_noop("В рабочем процессе нет ни одного узла")))
    nodes: dict[str, NodeSpec] = {}
    for place, written in enumerate(written_nodes):
        node = _node(written, f"nodes[{place}]", problems)
        if node.id in nodes:
            problems.append(_duplicate(node_id=node.id))
        nodes.setdefault(node.id, node)
    edges = tuple(_edges(written_edges, problems))
    settings, faults = read_graph_settings(raw.get("settings"))
    problems.extend(
        Problem("settings_invalid", fault.message, None, None, fault.severity, fault.params) for fault in faults
    )
    return Definition(tuple(nodes.values()), edges, settings, _origin(raw), tuple(problems))


def _objects(raw: Mapping[str, Any], name: str, *, required: bool) -> list[Mapping[str, Any]]:
    values = raw.get(name)
    if values is None and not required:
        return []
    if not isinstance(values, list):
        raise Malformed(name, gettext_noop("Здесь ожидается список"))
    for place, value in enumerate(values):
        if not isinstance(value, Mapping):
            raise Malformed(f"{name}[{place}]", gettext_noop("Здесь ожидается объект"))
    return values


def _origin(raw: Mapping[str, Any]) -> Origin:
    origin = raw.get("origin", "native")
    if origin == "native" or origin == "n8n":
        return origin
    raise Malformed("origin", gettext_noop("Происхождение описания — native или n8n"))


def _text(written: Mapping[str, Any], name: str, place: str) -> str:
    value = written.get(name)
    if not isinstance(value, str) or not value or len(value) > MAX_ID:
        raise Malformed(f"{place}.{name}", gettext_noop("Здесь ожидается непустая строка не длиннее 200 знаков"))
    return value


def _optional_text(written: Mapping[str, Any], name: str, place: str) -> str | None:
    """Editors write null or an empty text where there is nothing."""
    return None if written.get(name) in (None, "") else _text(written, name, place)


def _object(written: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    value = written.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Malformed(f"{place}.{name}", gettext_noop("Здесь ожидается объект"))
    return value


def _node(written: Mapping[str, Any], place: str, problems: list[Problem]) -> NodeSpec:
    node_id = _text(written, "id", place)
    node_type = _text(written, "type", place)
    _check_position(_object(written, "position", place), f"{place}.position")
    data = _object(written, "data", place)
    label = data.get("label")
    if label is not None and (not isinstance(label, str) or len(label) > MAX_LABEL):
        raise Malformed(f"{place}.data.label", gettext_noop("Название узла — строка не длиннее 500 знаков"))
    settings, faults = read_node_settings(data.get("settings"))
    problems.extend(
        Problem("settings_invalid", fault.message, node_id, None, fault.severity, fault.params) for fault in faults
    )
    config = data.get("config")
    return NodeSpec(node_id, node_type, label or node_id, {} if config is None else config, settings)


def _check_position(position: Mapping[str, Any], place: str) -> None:
    for axis in ("x", "y"):
        value = position.get(axis, 0)
        if isinstance(value, bool | str | list | dict) or value is None:
            raise Malformed(f"{place}.{axis}", gettext_noop("Здесь ожидается число"))


def _edges(written_edges: list[Mapping[str, Any]], problems: list[Problem]) -> Iterator[EdgeSpec]:
    seen: set[str] = set()
    for position, written in enumerate(written_edges):
        place = f"edges[{position}]"
        edge = EdgeSpec(
            _optional_text(written, "id", place),
            _text(written, "source", place),
            _text(written, "target", place),
            _optional_text(written, "sourceHandle", place),
            _optional_text(written, "targetHandle", place),
            _max_iterations(written, place, problems),
        )
        if edge.id is not None:
            if edge.id in seen:
                problems.append(_duplicate(edge_id=edge.id))
            seen.add(edge.id)
        yield edge


def _max_iterations(written: Mapping[str, Any], place: str, problems: list[Problem]) -> int | None:
    value = _object(written, "data", place).get("maxIterations")
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_ITERATIONS:
        return value
    problems.append(
        Problem(
            "settings_invalid",
            gettext_noop("«%(field)s»: такое значение не подходит, возможно %(wanted)s"),
            None,
            _optional_text(written, "id", place),
            params={"field": "data.maxIterations", "wanted": f"1 … {MAX_ITERATIONS}"},
        )
    )
    return None


def _duplicate(*, node_id: str | None = None, edge_id: str | None = None) -> Problem:
    message = (
        gettext_noop("Узел с id «%(id)s» уже есть, у каждого узла свой id")
        if node_id is not None
        else gettext_noop("Связь с id «%(id)s» уже есть, у каждой связи свой id")
    )
    return Problem("duplicate_id", message, node_id, edge_id, params={"id": node_id or edge_id})
