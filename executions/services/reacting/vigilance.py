"""What time does to vigils: whatever is due is fired, once, by whoever comes first. Called by the ticker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from accounts import clock, failpoints
from accounts.clock import Now
from executions.models import Listener, Vigil
from executions.services.reacting import crossings, dates, silences
from executions.services.reacting.waiting import waits_at
from integrations import outbox

log = structlog.get_logger(__name__)

BATCH: Final = 200
REST_SECONDS: Final = 60.0
"""A vigil that fails is left alone for so long and keeps no other from its turn."""

LOOK: Final = "vigil.look"
RESERVE: Final = timedelta(minutes=2)
"""How much later it is looked again when nobody has come back from looking."""

PATIENCE: Final = timedelta(seconds=1)
"""How much later it is looked for more while what was seen waits to be started."""


def _send_to_look(vigil: Vigil, listener: Listener, now: datetime) -> None:
    """A worker looks at it: the ticker makes no calls. Not while runs wait for what was seen: more would only wait."""
    if waits_at(listener):
        vigil.due_at = now + PATIENCE
        vigil.save(update_fields=["due_at"])
        return
    outbox.add(topic=LOOK, payload={"vigilId": vigil.pk}, ordering_key=f"vigil:{vigil.pk}")
    vigil.due_at = now + timedelta(seconds=float(listener.config["everySeconds"])) + RESERVE
    vigil.save(update_fields=["due_at"])


Fire = Callable[[Vigil, Listener, datetime], None]
FIRE: Final[Mapping[str, Fire]] = {
    "trigger-absence": silences.fire,
    "trigger-threshold": crossings.fire,
    "trigger-date": dates.fire,
    "trigger-site": _send_to_look,
    "trigger-certificate": _send_to_look,
    "trigger-mail": _send_to_look,
    "trigger-poll-list": _send_to_look,
    "trigger-poll-sheet": _send_to_look,
    "trigger-poll-sql": _send_to_look,
}


def fire_due() -> int:
    """Fire what is due, at most `BATCH` vigils; returns how many."""
    due = Vigil.objects.filter(due_at__lte=Now()).order_by("due_at").values_list("pk", flat=True)
    return sum(_fired(vigil_id) for vigil_id in list(due[:BATCH]))


def _fired(vigil_id: int) -> bool:
    try:
        with transaction.atomic():
            return _fire(vigil_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("vigil could not be fired", vigil_id=vigil_id)
        _rest(vigil_id)
        return False


def _fire(vigil_id: int) -> bool:
    """Nothing when somebody else has it, or when it is not due any more."""
    due = Vigil.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=vigil_id, due_at__lte=Now())
    vigil = due.select_related("listener").first()
    if vigil is None:
        return False
    fire = FIRE.get(vigil.listener.kind)
    if fire is None or not vigil.listener.active:
        vigil.delete()
        return False
    fire(vigil, vigil.listener, clock.read())
    failpoints.reach("vigil.fired")
    return True


def _rest(vigil_id: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE executions_vigil SET due_at = naryad_now() + make_interval(secs => %s) WHERE id = %s",
                [REST_SECONDS, vigil_id],
            )
    except DatabaseError:
        log.warning("vigil could not be put to rest", vigil_id=vigil_id)
