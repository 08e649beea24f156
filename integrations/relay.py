"""Delivers the outbox: claims a due message, calls its topic's handler, records how it went.

The handler runs outside of any transaction of the relay, so it may take its time and open its own. It is called at
least once per message: a relay that dies after the handler's work and before the record leaves the message to the
next one, which is why handlers are written to be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from accounts import failpoints
from accounts.clock import Clock
from accounts.errors import DomainError
from accounts.statements import HotStatement
from integrations import last_try, safe_json
from integrations.errors import CircuitOpen, RateLimited, UnknownTopic
from integrations.holding import LEASE_SECONDS, Held
from integrations.models import OutboxMessage
from integrations.outbox import QUEUES

Handler = Callable[[dict[str, Any]], None]

MAX_TRIES: Final = 3
MAX_LOSSES: Final = 10
"""Senders that may die with one message in hand: kills are no fault of it, but something in it may be what kills."""
PAUSES: Final = (5.0, 60.0)
"""Rests after the first and the second failure, in seconds."""
UNCOUNTED: Final = (RateLimited, CircuitOpen)
"""Waiting for the other side is no try."""
UNCOUNTED_PAUSE: Final = 30.0

log = structlog.get_logger(__name__)
_held = Held()

# The row is taken with SKIP LOCKED, so relays do not wait for each other. `available_at` is moved to the end of the
# lease: a row whose sender died becomes due by itself.
DUE = """
    SELECT id FROM integrations_outboxmessage m
    WHERE m.queue = %(queue)s::text AND m.state IN ('waiting', 'sending') AND m.available_at <= naryad_now()
      AND (m.ordering_key = '' OR NOT EXISTS (
            SELECT 1 FROM integrations_outboxmessage other
            WHERE other.ordering_key = m.ordering_key AND other.state IN ('waiting', 'sending')
              AND other.ordering_key <> '' AND other.id <> m.id
              AND (other.state = 'sending' OR (other.rank_at, other.id) < (m.rank_at, m.id))))
"""
TAKE = """
WITH due AS (
    {}
    ORDER BY m.available_at
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE integrations_outboxmessage m
SET state = 'sending', lease_token = %(token)s::uuid, losses = losses + (m.state = 'sending')::int,
    available_at = naryad_clock() + make_interval(secs => %(lease)s::float8)
FROM due WHERE m.id = due.id
RETURNING m.id, m.topic, m.payload::text, m.tries, m.losses, m.lease_token, m.available_at
"""
CLAIM = HotStatement(TAKE.format(DUE))
IS_DUE = HotStatement(f"SELECT EXISTS ({DUE})")
SENT = HotStatement("""
UPDATE integrations_outboxmessage SET state = 'sent', lease_token = NULL, finished_at = naryad_clock(), error = NULL
WHERE id = %(id)s::uuid AND lease_token = %(token)s::uuid RETURNING id
""")


def deliver_due(limit: int = 100, queue: str | None = None) -> int:
    """Deliver at most `limit` due messages of `queue` (of all queues without one); returns how many were handled."""
    handled = 0
    for name in QUEUES if queue is None else (queue,):
        while handled < limit and _deliver_one(name):
            handled += 1
    return handled


def _deliver_one(queue: str) -> bool:
    message = claim(queue)
    if message is None:
        return False
    if message.losses >= MAX_LOSSES:
        _bury(message, {"code": "sender_lost", "message": "", "details": {}}, tries=message.tries)
        return True
    try:
        is_last = message.tries + 1 >= MAX_TRIES
        with _held.hold(cast(UUID, message.lease_token)), last_try.trying(last=is_last):  # the claim has set the token
            _handler(message.topic)(message.payload)
        failpoints.reach("outbox.after_send")
    except Exception as error:  # a message must not take the relay with it, whatever its handler does
        _note_failure(message, error)
    else:
        _note_sent(message)
    return True


def claim(queue: str) -> OutboxMessage | None:
    """Take one due message for `LEASE_SECONDS`; None when nothing is due that is not being sent already."""
    row = CLAIM.row({"queue": queue, "token": uuid4(), "lease": LEASE_SECONDS})
    if row is None:
        return None
    key, topic, payload, tries, losses, token, until = row
    told = safe_json.loads(payload)
    return OutboxMessage(
        id=key,
        topic=topic,
        queue=queue,
        payload=told,
        tries=tries,
        losses=losses,
        lease_token=token,
        available_at=until,
        state="sending",
    )


def is_due(queue: str) -> bool:
    """Whether a message of `queue` could be taken now."""
    row = IS_DUE.row({"queue": queue})
    return bool(row and row[0])


def _handler(topic: str) -> Handler:
    try:
        return cast(Handler, import_string(settings.OUTBOX_HANDLERS[topic]))
    except KeyError:
        raise UnknownTopic(topic=topic) from None


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    described = _describe(error)
    if isinstance(error, UNCOUNTED):
        pause = error.retry_after or UNCOUNTED_PAUSE
        _put_back(message, pause=pause, tries=message.tries, error=described)
        return
    tries = message.tries + 1
    known = isinstance(error, DomainError)
    log.warning("outbox_failed", id=str(message.id), topic=message.topic, tries=tries, exc_info=not known)
    # What would be the same again (a person who blocked the bot) is not tried again.
    if tries >= MAX_TRIES or not getattr(error, "transient", True):
        _bury(message, described, tries=tries)
    else:
        pause = max(PAUSES[tries - 1], getattr(error, "retry_after", None) or 0.0)
        _put_back(message, pause=pause, tries=tries, error=described)


def _describe(error: Exception) -> dict[str, Any]:
    """What the list of dead messages shows. A defect's own words may hold data, so only its kind is kept."""
    if isinstance(error, DomainError):
        return {"code": error.code, "message": str(error.message), "details": error.details}
    return {"code": "defect", "message": type(error).__name__, "details": {}}


def _put_back(message: OutboxMessage, *, pause: float, tries: int, error: dict[str, Any]) -> None:
    _finish(
        message,
        state=OutboxMessage.State.WAITING,
        tries=tries,
        available_at=Clock() + timedelta(seconds=pause),
        error=error,
    )


def _bury(message: OutboxMessage, error: dict[str, Any], tries: int) -> None:
    log.error("outbox_dead", id=str(message.id), topic=message.topic, tries=tries, code=error["code"])
    _finish(message, state=OutboxMessage.State.DEAD, tries=tries, finished_at=Clock(), error=error)


def _note_sent(message: OutboxMessage) -> None:
    if SENT.row({"id": message.id, "token": message.lease_token}) is None:
        log.warning("outbox_lease_lost", id=str(message.id), topic=message.topic)


def _finish(message: OutboxMessage, **fields: Any) -> None:
    """Record the end of a delivery, unless the lease ran out and another relay has the message."""
    mine = OutboxMessage.objects.filter(id=message.id, lease_token=message.lease_token)
    if not mine.update(lease_token=None, **fields):
        log.warning("outbox_lease_lost", id=str(message.id), topic=message.topic)
