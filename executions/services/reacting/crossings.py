"""`trigger-threshold`: so many events about one subject within a window; once on crossing, once on recovery.

A vigil per subject keeps the moments of the newest events. Between crossing and recovery nothing more is told: it
takes fewer events to recover than to cross, so that a measure that trembles at the line does not ring.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from executions.models import Listener, Vigil
from executions.services.reacting.beginning import counts, note
from executions.services.reacting.keeping import kept
from executions.services.reacting.occurring import occur
from integrations import events
from integrations.event_names import heard_as
from integrations.events import Event

RECOVERED: Final = "recovered"


@transaction.atomic
def hear(listener: Listener, event: Event) -> None:
    """Count the event, or forget what was counted."""
    config = listener.config
    if event.name == config.get("reset"):
        _reset(listener, event)
    if config["event"] not in heard_as(event.name) or not counts(listener, event):
        return
    if not note(listener, event, details={"counted": True}):
        return
    vigil, _fresh = kept(listener, event.subject, {"state": {"at": [], "crossed": False}, "since": event.at})
    _count(vigil, listener, event)


def _reset(listener: Listener, event: Event) -> None:
    """Forget what was counted; what had crossed has recovered by it."""
    counted = Vigil.objects.select_for_update(of=("self",)).filter(listener=listener, subject=event.subject)
    for vigil in counted.filter(since__lte=event.at):
        vigil.delete()
        if vigil.state["crossed"]:
            _tell_recovery(vigil, listener, 0)


def _count(vigil: Vigil, listener: Listener, event: Event) -> None:
    config = listener.config
    moments = sorted([*map(float, vigil.state["at"]), event.at.timestamp()])
    oldest = moments[-1] - float(config["windowSeconds"])
    moments = [moment for moment in moments if moment > oldest][-int(config["count"]) :]
    crosses = len(moments) >= config["count"] and not vigil.state["crossed"]
    vigil.state = {"at": moments, "crossed": vigil.state["crossed"] or crosses}
    _plan(vigil, config)
    vigil.save()
    if crosses:
        occur(
            listener,
            name=_name(config),
            subject=vigil.subject,
            payload=_measure(config, vigil, len(moments)) | {"event": event.payload},
            dedupe_key=str(event.pk),
            source="threshold",
            depth=event.depth + 1,
        )


def fire(vigil: Vigil, listener: Listener, now: datetime) -> None:
    """Events have grown too old to count. Needs the vigil's lock."""
    config = listener.config
    oldest = now.timestamp() - float(config["windowSeconds"])
    moments = [moment for moment in map(float, vigil.state["at"]) if moment > oldest]
    recovers = vigil.state["crossed"] and len(moments) <= config["recoverAt"]
    crossed = vigil.state["crossed"] and not recovers
    if recovers:
        _tell_recovery(vigil, listener, len(moments))
    if not moments and not crossed:
        vigil.delete()
        return
    vigil.state = {"at": moments, "crossed": crossed}
    _plan(vigil, config)
    vigil.save()


def _tell_recovery(vigil: Vigil, listener: Listener, count: int) -> None:
    events.emit(
        project_id=listener.project_id,
        name=f"{_name(listener.config)}.{RECOVERED}",
        subject=vigil.subject,
        payload=_measure(listener.config, vigil, count),
        source="threshold",
    )


def _plan(vigil: Vigil, config: Any) -> None:
    """When so many have grown old that it recovers, at once if they have; otherwise when all have, to be forgotten."""
    moments, recover_at = vigil.state["at"], int(config["recoverAt"])
    if vigil.state["crossed"] and len(moments) <= recover_at:
        vigil.due_at = datetime.fromtimestamp(float(moments[-1]), UTC)
        return
    last = moments[-1 - recover_at] if vigil.state["crossed"] else moments[-1]
    vigil.due_at = datetime.fromtimestamp(float(last) + float(config["windowSeconds"]), UTC) + timedelta(milliseconds=1)


def _name(config: Any) -> str:
    return str(config.get("emits") or "threshold.crossed")


def _measure(config: Any, vigil: Vigil, count: int) -> dict[str, Any]:
    return {"of": config["event"], "count": count, "limit": config["count"], "seconds": config["windowSeconds"]}
