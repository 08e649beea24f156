"""What the process of a step tells its parent: JSON objects, one a line, each with one word that says what it is.

`line`, `sent` and `secret` may come any number of times, as they happen; one of the others ends the step.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError

from executions import failures, payloads
from executions.engine.events import Event
from executions.engine.settlement import Failure
from executions.payloads import PayloadRefused
from integrations import safe_json
from integrations.errors import Cancelled, CircuitOpen, OutboundError
from integrations.scope import Sent
from workflows import notes
from workflows.node_type import Done, Later, NodeError, Outcome, Pass, Permanent, Start, Transient, Wait

log = structlog.get_logger(__name__)

Frame = Mapping[str, Any]

OUTCOMES: Final[Mapping[str, type[Any]]] = {kind.__name__: kind for kind in (Done, Wait, Later, Pass, Start)}


def written(frame: Frame) -> bytes:
    """The frame as a line. Raises what `safe_json.dumps` raises."""
    return safe_json.dumps(frame).encode() + b"\n"


def read(line: bytes) -> dict[str, Any]:
    """A line as a frame."""
    frame: dict[str, Any] = payloads.decode(line.decode())
    return frame


def of_line(event: Event) -> Frame:
    return {"line": [event.type, event.payload, event.level]}


def of_sent(sent: Sent) -> Frame:
    return {"sent": asdict(sent)}


def of_secret(secret: str) -> Frame:
    """A token that a service gave inside: the parent masks what the step leaves behind, so it has to know it."""
    return {"secret": secret}


def line_of(frame: Frame, step_id: uuid.UUID) -> Event:
    kind, payload, level = frame["line"]
    return Event(kind, payload, level, step_id)


def sent_of(frame: Frame) -> Sent:
    return Sent(**{**frame["sent"], "at": float(frame["sent"]["at"])})


def of_outcome(outcome: Outcome) -> Frame:
    """The last frame of a node that has worked; raises `PayloadRefused` like the recording of its result would."""
    if isinstance(outcome, Done):
        payloads.encode(outcome.ports, outcome.sources)
    if isinstance(outcome, Pass):
        payloads.encode({"items": outcome.items}, {})
    values = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    if isinstance(outcome, Done):
        values["notes"] = [notes.as_json(note) for note in outcome.notes]
    return {"outcome": type(outcome).__name__, "values": values}


def of_error(error: BaseException) -> Frame:
    """The last frame of a node that has raised."""
    if isinstance(error, PayloadRefused):
        return {"refused": asdict(error.failure)}
    if isinstance(error, OperationalError | InterfaceError):
        return {"database": str(error)}
    if isinstance(error, NodeError | OutboundError) and not isinstance(error, Cancelled):
        return {
            "circuit" if isinstance(error, CircuitOpen) else "error": {
                "code": error.code,
                "message": str(error.message),
                "details": dict(error.details),
                "transient": error.transient,
                "retry_after": getattr(error, "retry_after", None),
            }
        }
    log.error("node type has a defect", exc_info=error)
    defect = {"code": "defect", "message": failures.DEFECT, "details": {"type": type(error).__name__}}
    return {"error": {**defect, "transient": False, "retry_after": None}}


def result_of(frame: Frame) -> Outcome:
    """What the node has returned, or the exception that says the same to the engine as the one that it has raised."""
    if "outcome" in frame:
        return _outcome(frame["outcome"], frame["values"])
    if "refused" in frame:
        raise PayloadRefused(Failure(**frame["refused"]))
    if "database" in frame:
        raise OperationalError(frame["database"])
    said = frame.get("circuit") or frame["error"]
    retry_after = None if said["retry_after"] is None else float(said["retry_after"])
    error: NodeError | CircuitOpen
    if "circuit" in frame:
        error = CircuitOpen(said["message"], code=said["code"], retry_after=retry_after)
    elif said["transient"]:
        error = Transient(said["code"], said["message"], retry_after=retry_after)
    else:
        error = Permanent(said["code"], said["message"])
    error.details = said["details"]
    raise error


def _outcome(kind: str, values: dict[str, Any]) -> Outcome:
    if isinstance(values.get("until"), str):
        values["until"] = datetime.fromisoformat(values["until"])
    if values.get("seconds") is not None:
        values["seconds"] = float(values["seconds"])
    if "notes" in values:
        values["notes"] = [notes.from_json(note) for note in values["notes"]]
    outcome: Outcome = OUTCOMES[kind](**values)
    return outcome
