"""The items that travel between steps: from a node's answer to rows, and from rows to a node's inputs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_noop

from accounts.statements import HotStatement, hot_cursor
from executions.engine.identity import step_id
from executions.engine.planner import Scope
from executions.engine.settlement import Failure, Items
from executions.models import Execution
from integrations import safe_json
from workflows.graph.loops import LOOP_PORT
from workflows.graph.topology import CompiledNode, InEdge


class PayloadRefused(Exception):
    """What a node gave back cannot be kept; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.code)


@dataclass(frozen=True)
class Encoded:
    """One port's items as JSON text, ready for a row."""

    port: str
    items: str
    sources: str | None


def encode(ports: Mapping[str, Items], sources: Mapping[str, Sequence[Any]]) -> list[Encoded]:
    """Turn the fired ports into JSON text; raises `PayloadRefused` for what is too large or is not JSON."""
    rows = []
    size = 0
    for port, items in ports.items():
        try:
            text = safe_json.dumps(list(items))
            if "\\u0000" in text:
                safe_json.check(items)
            size += len(text.encode())
        except (safe_json.UnsafeJSON, UnicodeEncodeError, TypeError, RecursionError) as error:
            raise PayloadRefused(
                Failure(
                    "output_not_json", gettext_noop("Результат узла нельзя сохранить как JSON"), {"reason": str(error)}
                )
            ) from None
        rows.append(Encoded(port, text, safe_json.dumps(sources[port]) if port in sources else None))
    if size > settings.PAYLOAD_MAX_BYTES:
        raise PayloadRefused(
            Failure(
                "payload_too_large",
                gettext_noop("Результат узла больше допустимого: уменьшите выборку или разбейте её на части"),
                {"bytes": size, "limit": settings.PAYLOAD_MAX_BYTES},
            )
        )
    return rows


def decode(text: str | None) -> Any:
    """Read JSON that our own database holds; nothing is None."""
    return None if text is None else json.loads(text, parse_float=Decimal)


OUTPUTS = "SELECT step_id, port, items FROM executions_stepdata WHERE step_id = ANY(%s::uuid[])"

OF_ALL_ROUNDS = """
SELECT d.items FROM executions_step s JOIN executions_stepdata d ON d.step_id = s.id
WHERE s.execution_id = %s AND s.node_id = %s AND s.scope[1:%s] = %s::int[] AND d.port = %s ORDER BY s.scope
"""

Outputs = Mapping[tuple[uuid.UUID, str], str]
"""Items (JSON text) by step and port; a port that is missing has not fired."""


def read_outputs(steps: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], str]:
    """The items of every port of `steps` that fired."""
    with hot_cursor() as cursor:
        rows = cursor.execute(OUTPUTS, (list(steps),)).fetchall()
    return {(step, port): items for step, port, items in rows}


def read_every_pass(execution_id: uuid.UUID, node_id: str, port: str, scope: Scope) -> list[Any]:
    """The items of a port in all passes that lie in `scope`, in their order."""
    with hot_cursor() as cursor:
        rows = cursor.execute(OF_ALL_ROUNDS, (execution_id, node_id, len(scope), list(scope), port)).fetchall()
    return [item for (items,) in rows for item in decode(items)]


@dataclass(frozen=True)
class RunFacts:
    """What expressions may ask about the run and its workflow; all but the input is empty where nobody asks."""

    input_data: Any
    workflow: Mapping[str, Any] = field(default_factory=dict)
    mode: str | None = None
    project_id: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=lambda: {"global": {}, "node": {}})

    def with_variables(self, variables: Mapping[str, Any]) -> RunFacts:
        return replace(self, variables=variables)


INPUT = HotStatement("SELECT input_data FROM executions_execution WHERE id = %(execution)s::uuid")


def read_input(execution_id: uuid.UUID, known: str | None = None) -> Any:
    """The run's `inputData`; `known` is its JSON text where that has been read already."""
    return decode(input_text(execution_id, known))


def input_text(execution_id: uuid.UUID, known: str | None = None) -> str | None:
    """The same as JSON text; None when there is no such run."""
    row = (known,) if known is not None else INPUT.row({"execution": execution_id})
    return None if row is None else row[0]


def read_facts(execution_id: uuid.UUID) -> RunFacts:
    """The run's `inputData`, how it has begun, and its workflow's id, code and name and whether it is published."""
    row = Execution.objects.values(
        "input_data",
        "origin",
        "project_id",
        "workflow_id",
        code=F("workflow__code"),
        name=F("workflow__name"),
        published=F("workflow__active_version_id"),
    ).get(id=execution_id)
    workflow = {"id": str(row["workflow_id"]), "code": row["code"], "name": row["name"]}
    return RunFacts(
        row["input_data"], {**workflow, "active": row["published"] is not None}, row["origin"], row["project_id"]
    )


def pass_port(number: int) -> str:
    """The name under which the items of a pass are kept with its `loop` node."""
    return f"{LOOP_PORT}[{number}]"


def sources_of(node: CompiledNode, scope: Scope) -> list[tuple[InEdge, Scope, str | None]]:
    """Where the items of each edge stand: the source's scope and port; a port of None means in every pass below it."""
    found: list[tuple[InEdge, Scope, str | None]] = []
    for edge in node.ins:
        inner = scope[len(scope) - edge.down :]
        base = scope[: len(scope) - edge.down]
        if edge.role == "back":
            if node.body is None and scope and scope[-1] > 0:
                found.append((edge, (*scope[:-1], scope[-1] - 1), None))
        elif any(inner) or (node.region is not None and _goes_round(edge, scope)):
            continue
        elif edge.role == "loop":
            found.append((edge, base[:-1], pass_port(base[-1])))
        else:
            found.append((edge, base, None if edge.role == "exit" else edge.source_handle))
    return found


def _goes_round(edge: InEdge, scope: Scope) -> bool:
    """An edge from outside brings its items to the first pass only."""
    return edge.role == "plain" and edge.down > 0 and scope[-1] > 0


def read_inputs(
    execution_id: uuid.UUID, node: CompiledNode, scope: Scope, known: Outputs | None = None
) -> dict[str, list[Any]]:
    """Items by input port, in the order of the edges; a port that no live edge reached is missing.

    `known` holds outputs that need not be read.
    """
    sources = sources_of(node, scope)
    ids = [step_id(execution_id, edge.source, at) for edge, at, port in sources if port is not None]
    outputs = read_outputs(ids) if known is None else known
    inputs: dict[str, list[Any]] = {}
    for edge, at, port in sources:
        if port is None:
            items = read_every_pass(execution_id, edge.source, edge.source_handle, at)
            if items:
                inputs.setdefault(edge.target_handle, []).extend(items)
            continue
        text = outputs.get((step_id(execution_id, edge.source, at), port))
        if text is not None:
            inputs.setdefault(edge.target_handle, []).extend(decode(text))
    return inputs
