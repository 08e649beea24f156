"""The items that travel between steps: from a node's answer to rows, and from rows to a node's inputs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from executions.cursor import hot_cursor
from executions.engine.identity import step_id
from executions.engine.settlement import Failure, Items
from executions.models import Execution
from integrations import safe_json
from workflows.graph.topology import CompiledNode


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


def read_outputs(execution_id: uuid.UUID, nodes: Sequence[str]) -> dict[tuple[str, str], str]:
    """The items (JSON text) of every port of `nodes` that fired, by (node id, port)."""
    names = {step_id(execution_id, node): node for node in nodes}
    with hot_cursor() as cursor:
        rows = cursor.execute(OUTPUTS, (list(names),)).fetchall()
    return {(names[step], port): items for step, port, items in rows}


@dataclass(frozen=True)
class RunFacts:
    """What expressions may ask about the run and its workflow."""

    input_data: Any
    workflow: Mapping[str, Any]


def read_facts(execution_id: uuid.UUID) -> RunFacts:
    """The run's `inputData`, and the id, code and name of its workflow."""
    row = Execution.objects.values_list("input_data", "workflow_id", "workflow__code", "workflow__name").get(
        id=execution_id
    )
    return RunFacts(row[0], {"id": str(row[1]), "code": row[2], "name": row[3]})


def inputs_of(node: CompiledNode, outputs: Mapping[tuple[str, str], str]) -> dict[str, list[Any]]:
    """Items by input port, in the order of the edges; a port that no live edge reached is missing."""
    inputs: dict[str, list[Any]] = {}
    for edge in node.ins:
        text = outputs.get((edge.source, edge.source_handle))
        if text is not None:
            inputs.setdefault(edge.target_handle, []).extend(decode(text))
    return inputs
