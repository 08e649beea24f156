"""PURE: which events are alarms, by what two of them are one, and what says that it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

ALARMS: Final = (
    "execution.failed",
    "process.stuck",
    "job.missed",
    "delivery.failed",
    "service.failed",
    "site.down",
    "ssl.expiring",
    "crm.update_failed",
    "transfer.failed",
    "storage.full",
    "backup.failed",
    "worker.missing",
)
"""Events about which people are told without any workflow that reacts to them."""
RECOVERED: Final = "recovered"
RECOVERIES: Final = tuple(dict.fromkeys(f"{name.partition('.')[0]}.{RECOVERED}" for name in ALARMS))
"""`backup.recovered` ends `backup.failed` about the same subject, and so on."""
WATCHED: Final = (*ALARMS, *RECOVERIES)


def is_recovery(name: str) -> bool:
    return name in RECOVERIES


def ended_by(name: str) -> list[str]:
    """The alarms that a recovery ends."""
    stem = name.partition(".")[0]
    return [alarm for alarm in ALARMS if alarm.partition(".")[0] == stem]


GROUPED_BY: Final = {"delivery.failed": "channel"}
"""Alarms that are one fault whoever they are about: by which field of the payload they are grouped."""


def about(name: str, subject: str, payload: Mapping[str, Any]) -> str:
    """Whom or what the alert is about."""
    field = GROUPED_BY.get(name)
    return subject if field is None else str(payload.get(field, ""))[:200]


def fingerprint(name: str, subject: str, payload: Mapping[str, Any]) -> str:
    """What is the same fault: the event and whom it is about; of a failed run also the step and the kind of error."""
    error = payload.get("error")
    parts = [name, subject]
    if isinstance(error, Mapping):
        details = error.get("details")
        parts += [str(error.get("code", "")), str(details.get("nodeId", "")) if isinstance(details, Mapping) else ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
