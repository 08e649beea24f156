"""A message that cannot be acknowledged, because the broker goes away at that moment."""

from __future__ import annotations

from typing import Any, cast

import pytest
import redis
from django.conf import settings
from kombu import Connection, Consumer, Queue

from config.broken_bells import Channel, Transport

QUEUE = Queue("lost-acknowledgements", routing_key="lost-acknowledgements")


def test_a_message_that_could_not_be_acknowledged_takes_no_place() -> None:
    """G6: a worker of two places whose bells came just as Valkey was killed rested for ever: it counted both as being
    worked on, polled no line meanwhile, and so did not notice that the line was dead."""
    heard: list[Any] = []
    with (
        redis.Redis.from_url(settings.REDIS_URL) as server,
        Connection(settings.CELERY_BROKER_URL, transport=Transport) as line,
        cast(Channel, line.channel()) as channel,
        Consumer(channel, queues=[QUEUE], on_message=heard.append, prefetch_count=1),
    ):
        line.Producer(channel).publish({}, routing_key=QUEUE.routing_key)
        line.drain_events(timeout=60)
        assert not channel.qos.can_consume(), "its one place is taken"
        server.set("unacked_index", "nothing can be acknowledged now")
        try:
            with pytest.raises(redis.RedisError):
                heard[0].ack()
        finally:
            server.delete("unacked_index", "unacked", f"_kombu.binding.{QUEUE.name}")
        assert channel.qos.can_consume()
