"""Taking secrets out of everything that a step leaves behind, before it is written anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from executions.claims import Claimed
from executions.engine.events import Event
from executions.engine.settlement import Failure, Settlement
from executions.payloads import Encoded, decode
from integrations import credentials, safe_json
from integrations.redaction import Redactor
from integrations.vault import Vault
from workflows import services as workflows
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.notes import as_json, from_json


def vault_for(claimed: Claimed, graph: CompiledGraph, node: CompiledNode) -> Vault | None:
    """What the step may open and must not show; None where its workflow has no credentials.

    A node that stays inside can meet no secret, because what came in from outside was cleaned when it came.
    """
    if not graph.credentials or (node.weight == "inline" and not node.credentials):
        return None
    if node.credentials:
        credentials.note_use(node.credentials, claimed.execution_id)
    project_id = workflows.project_of_version(claimed.version_id)
    return Vault.load(project_id=project_id, own=node.credentials, known=graph.credentials)


def masked_data(data: Sequence[Encoded], redactor: Redactor) -> list[Encoded]:
    """The ports' items without secrets; those that hold none stay the same text."""
    return [
        replace(row, items=safe_json.dumps(redactor.value(decode(row.items)))) if redactor.finds(row.items) else row
        for row in data
    ]


def masked_lines(lines: Sequence[Event], redactor: Redactor) -> list[Event]:
    """The log without secrets."""
    return [
        replace(line, payload=safe_json.dumps(redactor.value(decode(line.payload))))
        if redactor.finds(line.payload)
        else line
        for line in lines
    ]


def masked_settlement(result: Settlement, redactor: Redactor, *, ports_too: bool) -> Settlement:
    """What becomes of the step, without secrets: its error, what it keeps for later, what it waits for and starts.

    The items of its ports are looked through only when `ports_too` says that there is something to be found.
    """
    changed: dict[str, Any] = {}
    if result.failure is not None:
        changed["failure"] = _masked_failure(result.failure, redactor)
    if result.progress is not None:
        changed["progress"] = _cleaned(result.progress, redactor)
    if result.wake is not None:
        changed["wake"] = _cleaned(result.wake, redactor)
    if result.subject is not None:
        changed["subject"] = redactor.text(result.subject)
    if result.ports is not None and ports_too:
        changed["ports"] = {port: redactor.value(items) for port, items in result.ports.items()}
    if result.notes:
        changed["notes"] = [from_json(redactor.value(as_json(note))) for note in result.notes]
    if result.starts is not None:
        changed["starts"] = replace(result.starts, inputs=_cleaned(result.starts.inputs, redactor))
    return replace(result, **changed) if changed else result


def _masked_failure(failure: Failure, redactor: Redactor) -> Failure:
    return replace(failure, message=redactor.text(failure.message), details=redactor.value(failure.details))


def _cleaned(value: Any, redactor: Redactor) -> Any:
    """The value itself unless a secret stands in it."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return redactor.value(value) if redactor.finds(text) else value
