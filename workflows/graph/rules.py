"""PURE: what must hold for a definition before it may run. All findings at once, in the order of the definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.graph import loops
from workflows.graph.cycles import cycles
from workflows.graph.definition import Definition, EdgeSpec, NodeSpec
from workflows.graph.facts import ERROR_PORT, NodeFacts, source_port, target_port
from workflows.graph.problems import Problem
from workflows.items.wording import gettext_noop

_NAMED = 10


@dataclass(frozen=True)
class ConfigFault:
    """A config field that cannot be used. `message` is a gettext msgid that says what is wrong and what cures it.

    `title` is the msgid of what the field is called on the form, "" where it is not known.
    """

    field: str
    message: str
    params: Mapping[str, Any]
    title: str = ""


Describe = Callable[[str], NodeFacts | None]
CheckConfig = Callable[[str, Any], list[ConfigFault]]


def check(definition: Definition, describe: Describe, check_config: CheckConfig) -> list[Problem]:
    """Every finding about a definition, those of its reading first.

    `describe` gives the facts of a node type or None; `check_config` the faults of a config for a known type.
    """
    facts = {node.id: describe(node.type) for node in definition.nodes}
    return [
        *definition.problems,
        *_node_problems(definition, facts, check_config),
        *_edge_problems(definition, facts),
        *_loop_problems(definition, facts),
        *_start_problems(definition, facts),
    ]


def _node_problems(
    definition: Definition, facts: Mapping[str, NodeFacts | None], check_config: CheckConfig
) -> Iterator[Problem]:
    for node in definition.nodes:
        known = facts[node.id]
        if known is None:
            yield Problem(
                "unknown_type",
                gettext_noop("Тип узла «%(type)s» не известен: выберите один из имеющихся типов"),
                node.id,
                params={"type": node.type},
            )
            continue
        if node.settings.disabled:
            yield from _disabled_problems(node, known)
            continue
        for fault in check_config(node.type, node.config):
            named = {"field": fault.field, "title": fault.title}
            yield Problem("config_invalid", fault.message, node.id, params={**fault.params, **named})


def _disabled_problems(node: NodeSpec, facts: NodeFacts) -> Iterator[Problem]:
    """A disabled node hands its items on, so its config may be anything; but nothing comes into a trigger, and a loop
    that hands its items on would be a circle."""
    if facts.starts or facts.loops:
        yield Problem(
            "disabled_unfit",
            gettext_noop("Триггер и цикл нельзя отключить настройкой disabled: уберите её или удалите узел"),
            node.id,
        )


def _edge_problems(definition: Definition, facts: Mapping[str, NodeFacts | None]) -> Iterator[Problem]:
    nodes = {node.id: node for node in definition.nodes}
    seen: set[tuple[str, str, str | None, str | None]] = set()
    for edge in definition.edges:
        dangling = [end for end in (edge.source, edge.target) if end not in nodes]
        for end in dangling:
            yield Problem(
                "dangling_edge",
                gettext_noop("Связь ведёт к узлу «%(node)s», которого нет: удалите её или верните узел"),
                None,
                edge.id,
                params={"node": end},
            )
        if edge.source == edge.target and not dangling and edge.max_iterations is None:
            yield Problem("self_edge", gettext_noop("Связь ведёт от узла к нему же: удалите её"), edge.source, edge.id)
        if not dangling:
            yield from _handle_problems(edge, nodes, facts)
        key = (edge.source, edge.target, edge.source_handle, edge.target_handle)
        if key in seen:
            yield Problem(
                "duplicate_edge",
                gettext_noop("Такая связь уже есть: данные придут дважды, удалите лишнюю"),
                edge.target,
                edge.id,
                "warning",
            )
        seen.add(key)


def _handle_problems(
    edge: EdgeSpec, nodes: Mapping[str, NodeSpec], facts: Mapping[str, NodeFacts | None]
) -> Iterator[Problem]:
    source, target = facts[edge.source], facts[edge.target]
    if source is not None and source_port(source, edge.source_handle) is None:
        yield Problem(
            "unknown_handle",
            gettext_noop("У узла нет выхода «%(handle)s», есть: %(known)s"),
            edge.source,
            edge.id,
            params={"handle": edge.source_handle, "known": ", ".join((*source.outputs, ERROR_PORT))},
        )
    elif source is not None and source.returns and edge.source_handle != ERROR_PORT:
        yield Problem(
            "edge_after_return",
            gettext_noop("Узел «Вернуть» заканчивает свою ветку: удалите связь, которая выходит из него"),
            edge.source,
            edge.id,
        )
    elif source is not None and _is_idle_error_edge(edge, nodes[edge.source], source):
        yield Problem(
            "error_edge_unused",
            gettext_noop("Связь с выхода error не сработает: задайте узлу настройку onError: error_port"),
            edge.source,
            edge.id,
            "warning",
        )
    if target is not None and target_port(target, edge.target_handle) is None:
        known = ", ".join(port.name for port in target.inputs) or "—"
        yield Problem(
            "unknown_handle",
            gettext_noop("У узла нет входа «%(handle)s», есть: %(known)s"),
            edge.target,
            edge.id,
            params={"handle": edge.target_handle or "in", "known": known},
        )


def _is_idle_error_edge(edge: EdgeSpec, node: NodeSpec, facts: NodeFacts) -> bool:
    return (
        edge.source_handle == ERROR_PORT and ERROR_PORT not in facts.outputs and node.settings.on_error != "error_port"
    )


def _loop_problems(definition: Definition, facts: Mapping[str, NodeFacts | None]) -> Iterator[Problem]:
    """Loops that cannot be run, and circles that nothing guards."""
    regions, irregular, links = loops.of_definition(definition, facts)
    for fault in irregular:
        yield Problem(
            "loop_irregular",
            gettext_noop("В цикл можно входить только через его начало, и циклы не должны пересекаться"),
            fault.header,
            fault.link,
        )
    forwards = [
        link for link in links if not loops.leads_back(link, regions) and not (irregular and link.limit is not None)
    ]
    yield from _circles(definition, forwards)


def _circles(definition: Definition, forwards: Sequence[loops.Link]) -> Iterator[Problem]:
    successors: dict[str, list[str]] = {node.id: [] for node in definition.nodes}
    for link in forwards:
        successors[link.source].append(link.target)
    for members in cycles(successors):
        inside = set(members)
        closing = next(link for link in forwards if link.source in inside and link.target == members[0])
        shown = ", ".join(members[:_NAMED]) + (" …" if len(members) > _NAMED else "")
        yield Problem(
            "cycle",
            gettext_noop(
                "Узлы замкнуты в круг: %(nodes)s. Уберите связь, которая ведёт назад, или ограничьте её: maxIterations"
            ),
            members[0],
            closing.id or None,
            params={"nodes": shown},
        )


def _start_problems(definition: Definition, facts: Mapping[str, NodeFacts | None]) -> Iterator[Problem]:
    """What is missing where a node begins: a needed input, a trigger, or any link at all.

    Where something starts runs by itself, nothing else begins one.
    """
    triggers = {name for name, known in facts.items() if known is not None and known.starts}
    fed: defaultdict[str, set[str | None]] = defaultdict(set)
    linked: set[str] = set()
    for edge in definition.edges:
        known = facts.get(edge.target)
        fed[edge.target].add(None if known is None else target_port(known, edge.target_handle))
        if edge.source != edge.target:
            linked.update((edge.source, edge.target))
    for node in definition.nodes:
        node_facts = facts[node.id]
        if node_facts is not None:
            yield from _open_inputs(node, node_facts, fed[node.id])
        if (definition.origin == "n8n" or triggers) and not fed[node.id] and node.id not in triggers:
            yield Problem(
                "no_incoming", gettext_noop("В узел не ведёт ни одна связь, и он не запускается сам"), node.id
            )
        if node.id not in linked and len(definition.nodes) > 1:
            yield Problem("orphan", gettext_noop("Узел ни с чем не связан"), node.id, None, "warning")


def _open_inputs(node: NodeSpec, facts: NodeFacts, fed: set[str | None]) -> Iterator[Problem]:
    config = node.config if isinstance(node.config, Mapping) else {}
    missing = [port.name for port in facts.inputs if port.required and port.name not in fed]
    if not missing or node.settings.disabled or not facts.needs_input(config):
        return
    for name in missing:
        yield Problem(
            "required_input_open",
            gettext_noop("Ко входу «%(port)s» ничего не ведёт, а без него узел не работает: проведите к нему связь"),
            node.id,
            params={"port": name},
        )
