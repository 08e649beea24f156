"""Values of other kinds where the broker keeps its bells, and bells taken along that nobody can read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis
from django.conf import settings
from kombu import transport
from kombu.transport.redis import Transport

from integrations import doorbell, valkey
from integrations.broker_places import PLACES, clear_places
from tests.integration.config.small_worker import default_app, working

QUEUE = "system"


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.delete(*PLACES)
        yield server
        server.delete(*PLACES)


def occupy(broker: redis.Redis) -> None:
    """A value of another kind in each place."""
    for place, kind in PLACES.items():
        broker.delete(place)
        if kind == "string":
            broker.lpush(place, b"\xff")
        else:
            broker.set(place, b"\xff")


@pytest.mark.filterwarnings("ignore::celery.exceptions.CPendingDeprecationWarning")  # on each lost connection
def test_a_worker_clears_strange_values_away_when_it_starts_and_while_it_works(broker: redis.Redis) -> None:
    """S27: a value of another kind in the place of a queue ends no worker, and keeps none from its bells."""
    heard = threading.Semaphore(0)
    with default_app() as app:

        @app.task(name="work", shared=False)
        def work() -> None:
            heard.release()

        work.apply_async(queue=QUEUE)
        bell = broker.lpop(QUEUE)
        assert isinstance(bell, bytes)

        def rung() -> bool:
            """Ring as a process does that clears nothing away; until the worker has, the bell is lost."""
            with suppress(redis.ResponseError):
                broker.lpush(QUEUE, bell)
            return True

        occupy(broker)
        with working(app, QUEUE):
            for _round in range(2):
                assert any(rung() and heard.acquire(timeout=0.2) for _try in range(600)), "the worker does not work"
                occupy(broker)
                while heard.acquire(timeout=2):  # bells that were rung before
                    continue


def test_a_worker_starts_beside_bells_taken_along_that_cannot_be_read(broker: redis.Redis) -> None:
    """S27: what another worker has not acknowledged is rung again, unless it is none; it is not met again and again."""
    for number, value in enumerate((b"\xff", b"{}", b"[]", b"[1, 2, 3]", b"[" * 5000, b"[{}, {}, {}]", b"null")):
        tag = b"\xff%d" % number
        broker.hset("unacked", tag, value)
        broker.zadd("unacked_index", {tag: 1})
    heard = threading.Event()
    with default_app() as app:

        @app.task(name="work", shared=False)
        def work() -> None:
            heard.set()

        with working(app, QUEUE):
            work.apply_async(queue=QUEUE)
            assert heard.wait(120), "the worker does not work any more"
    assert broker.hlen("unacked") == broker.zcard("unacked_index") == 0


def test_who_rings_clears_strange_values_away(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """S27: the bell is lost, as any bell may be; the next one rings. Only workers have a transport of their own."""
    monkeypatch.setitem(vars(transport)["_transport_cache"], "redis", Transport)
    valkey._resting.clear()
    occupy(broker)
    line = doorbell.BrokerLine()
    line.send(doorbell.RELAY, QUEUE, 1)
    line.send(doorbell.RELAY, QUEUE, 1)
    assert broker.llen(QUEUE) == 1


def test_what_belongs_to_the_broker_stays(broker: redis.Redis) -> None:
    broker.lpush(QUEUE, b"x")
    broker.sadd("_kombu.binding.io", b"x")
    assert clear_places() == 0
    assert broker.llen(QUEUE) == 1
