"""A message that cannot be read costs a line in the log, and no worker.

Celery refuses foreign formats, unknown tasks and wrong arguments by itself. An envelope of another shape ends its
consumer, and with it the process: whoever may write to the broker could keep all workers down. Any bell may be lost, so
what cannot be read is dropped. `manage.py worker` alone loads this module, before Celery has chosen its transport.

A message that can be read rings a bell and says nothing else. Celery would also obey its headers, which hold it in
memory until a day of their choice (`eta`) or end the process that works (`timelimit`), and send on what it names to be
sent afterwards (`chain`, `callbacks`): the former are taken off, a message with the latter is dropped.

What stands where the broker keeps its lists and is none is forgotten with each new connection
(`integrations.broker_places`, `CELERY_BROKER_CHANNEL_ERROR_RETRY`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from celery.worker import consumer
from kombu.exceptions import SerializationError, SerializerNotInstalled
from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import DataError

from integrations.broker_places import clear_places

log = structlog.get_logger(__name__)

UNREADABLE = (
    *(ValueError, TypeError, LookupError, AttributeError, RecursionError),
    *(SerializationError, SerializerNotInstalled, DataError),
)
"""What strange data brings about: a foreign format the last but one, a delivery tag the last. Errors of the connection
are none of these: Celery connects anew."""

HEADERS = frozenset(
    ("lang", "task", "id", "root_id", "parent_id", "origin", "argsrepr", "kwargsrepr", "periodic_task_name")
)
"""What a bell may carry; whatever else stands there is not ours."""


class NoBell(ValueError):
    """The message asks for more than a bell may."""


class Consumer(consumer.Consumer):
    def create_task_handler(self, *arguments: Any, **words: Any) -> Callable[[Any], None]:
        """As Celery's; a message on which that fails is acknowledged, so that it does not come back."""
        handle = super().create_task_handler(*arguments, **words)

        def handle_or_drop(message: Any) -> None:
            try:
                handle(as_bell(message))
            except UNREADABLE as error:
                log.warning("a message was dropped", reason=repr(error)[:200])
                message.ack_log_error(log, self.connection_errors)  # type: ignore[attr-defined]

        return handle_or_drop


def as_bell(message: Any) -> Any:
    """The message without headers that no bell has. Raises `NoBell`, and whatever a body that is none brings about."""
    message.headers = {name: value for name, value in message.headers.items() if name in HEADERS}
    arguments, _words, afterwards = message.payload
    if any(afterwards.values()) or not isinstance(arguments, list):
        raise NoBell(str(sorted(afterwards)))
    return message


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        """As kombu's, which counts a message that it could not acknowledge as work of this process for ever: one whose
        places were all taken when the broker went away would look for no other bell, and so not see that it is gone."""
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise

    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:
        """As kombu's, which rings again what a worker has taken along: every time anew, if that cannot be read."""
        try:
            super().restore_by_tag(tag, client, leftmost)
        except UNREADABLE as error:
            log.warning("a message was dropped", reason=repr(error)[:200])
            with self.channel.conn_or_acquire(client) as server, server.pipeline() as pipe:  # type: ignore[attr-defined]
                self._remove_from_indices(tag, pipe).execute()  # type: ignore[attr-defined]


class Channel(redis.Channel):
    QoS = QoS

    def __init__(self, *arguments: Any, **words: Any) -> None:
        if forgotten := clear_places():
            log.warning("strange values were forgotten", places=forgotten)
        super().__init__(*arguments, **words)

    def _brpop_read(self, **options: Any) -> bool | None:
        """As kombu's, which takes a message out of its list before it looks at it."""
        try:
            read: bool | None = super()._brpop_read(**options)  # type: ignore[misc]
        except UNREADABLE as error:
            log.warning("a message was dropped", reason=repr(error)[:200])
            return True
        return read


class Transport(redis.Transport):
    Channel = Channel


TRANSPORT_ALIASES.update(redis=f"{__name__}:Transport", rediss=f"{__name__}:Transport")
