"""The order to look, and what follows from what was seen. The calls are made by a worker.

Each trigger has one vigil, which keeps how it stood the last time. The outbox brings the order to look; what was seen
is written with the events that follow from it, under the vigil's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

import structlog
from django.db import transaction

from accounts import clock
from accounts.errors import DomainError
from executions.models import Listener, Vigil
from executions.services.probing import certificates, letters, rows, sites
from integrations import events
from integrations.errors import CredentialError, OutboundError

log = structlog.get_logger(__name__)

State = dict[str, Any]
BLIND_AFTER: Final = 3
"""Looks in a row that have seen nothing, after which it is told of."""
BLIND: Final = "transfer.failed"


class Look(NamedTuple):
    """`see` makes the call, from how it stood the last time; `tell` writes events and gives how it stands now.

    With `more` in the state there is more to tell of than one look takes, and the next one follows at once.
    """

    see: Callable[[Listener, State], Any]
    tell: Callable[[Listener, State, Any], State]


LOOKS: Final[Mapping[str, Look]] = {
    "trigger-site": Look(sites.see, sites.tell),
    "trigger-certificate": Look(certificates.see, certificates.tell),
    "trigger-poll-list": Look(rows.see_list, rows.tell),
    "trigger-poll-sheet": Look(rows.see_sheet, rows.tell),
    "trigger-poll-sql": Look(rows.see_query, rows.tell_of_query),
    "trigger-mail": Look(letters.see, letters.tell),
}


def look(payload: dict[str, Any]) -> None:
    """The outbox's handler of `vigil.look`, `{"vigilId"}`: look, and tell of what is new. Told again, it looks again.

    What cannot be reached is news of a site, and of anything else a reason to come back later.
    """
    vigil = Vigil.objects.select_related("listener").filter(pk=payload["vigilId"], listener__active=True).first()
    if vigil is None or vigil.listener.kind not in LOOKS:
        return
    see, tell = LOOKS[vigil.listener.kind]
    try:
        seen = see(vigil.listener, vigil.state)
    except (OutboundError, CredentialError) as error:
        log.warning("nothing could be seen", listener_id=str(vigil.listener.pk), code=error.code)
        _note_blindness(vigil, error)
        return
    with transaction.atomic():
        held = _locked(vigil)
        if held is not None:
            held.state = tell(vigil.listener, held.state, seen)
            pause = 0.0 if held.state.get("more") else float(vigil.listener.config["everySeconds"])
            held.due_at = clock.read() + timedelta(seconds=pause)
            held.save()


def _locked(vigil: Vigil) -> Vigil | None:
    return Vigil.objects.select_for_update(no_key=True, of=("self",)).filter(pk=vigil.pk).first()


@transaction.atomic
def _note_blindness(vigil: Vigil, error: DomainError) -> None:
    """Once per series of looks that fail, an event says that no data comes over."""
    held = _locked(vigil)
    if held is None:
        return
    blind = int(held.state.get("blind", 0)) + 1
    held.state = {**held.state, "blind": blind}
    held.save(update_fields=["state"])
    if blind == BLIND_AFTER:
        listener = vigil.listener
        system = str(listener.config.get("url") or listener.config.get("host") or listener.kind)
        events.emit(
            project_id=listener.project_id,
            name=BLIND,
            subject=system[:200],
            payload={"system": system, "error": error.code, "workflowId": str(listener.workflow_id)},
            source="poll",
        )
