"""Workers that listen for bells: who is counted, who is told, and what nobody may miss."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.db import transaction

from integrations import doorbell, listening
from integrations.listening import Heard

pytestmark = pytest.mark.django_db(transaction=True)

LONG = 60.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Tells every listener to go."""
    event = threading.Event()
    yield event
    event.set()


def nothing() -> bool:
    return False


def listener(
    pool: ThreadPoolExecutor, over: threading.Event, is_there: Callable[[], bool] = nothing
) -> Future[Heard | None]:
    return pool.submit(listening.wait, "cpu", seconds=LONG, is_there=is_there, leave=over.is_set)


def until_listening(valkey: redis.Redis, number: int = 1) -> None:
    end = time.monotonic() + LONG
    while valkey.zcard("naryad:ears:cpu") != number:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_bell_that_a_listener_hears_needs_no_message(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = listener(pool, over)
    until_listening(valkey)
    doorbell.ring("cpu")
    assert heard.result(LONG) == Heard(1)
    assert valkey.llen("cpu") == 0


def test_messages_go_out_for_as_many_as_do_not_listen(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = listener(pool, over)
    until_listening(valkey)
    doorbell.ring("cpu", 5)
    assert heard.result(LONG) == Heard(1)
    assert valkey.llen("cpu") == 4


def test_bells_of_other_queues_are_not_heard(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = listener(pool, over)
    until_listening(valkey)
    doorbell.ring("io")
    doorbell.ring("system")
    over.set()
    assert heard.result(LONG) is None
    assert (valkey.llen("io"), valkey.llen("system")) == (1, 1)


def test_who_has_stopped_listening_is_not_counted(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = listener(pool, over)
    until_listening(valkey)
    over.set()
    assert heard.result(LONG) is None
    doorbell.ring("cpu")
    assert valkey.llen("cpu") == 1


def test_work_that_is_there_when_one_begins_to_listen_needs_no_bell(
    pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    assert listener(pool, over, is_there=lambda: True).result(LONG) == Heard(1)


def test_a_bell_that_comes_beside_work_that_was_there_is_told_too(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    def rings_meanwhile() -> bool:
        doorbell.ring("cpu")
        doorbell.ring("cpu")
        return True

    assert listener(pool, over, is_there=rings_meanwhile).result(LONG) == Heard(2)
    assert valkey.llen("cpu") == 1


def test_a_bell_that_comes_when_the_time_is_over_is_heard(valkey: redis.Redis) -> None:
    def rings_and_sees_nothing() -> bool:
        doorbell.ring("cpu")
        return False

    assert listening.wait("cpu", seconds=0, is_there=rings_and_sees_nothing, leave=nothing) == Heard(1)
    assert valkey.llen("cpu") == 0


def test_one_bell_wakes_one_of_many(valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event) -> None:
    heard = [listener(pool, over) for _number in range(3)]
    until_listening(valkey, 3)
    doorbell.ring("cpu")
    until_listening(valkey, 2)
    over.set()
    assert [one.result(LONG) for one in heard].count(None) == 2
    assert valkey.zcard("naryad:ears:cpu") == 0


def test_who_has_died_listening_is_forgotten(valkey: redis.Redis) -> None:
    valkey.zadd("naryad:ears:cpu", {"naryad:ear:cpu:dead": time.time() - 1})
    doorbell.ring("cpu")
    assert valkey.llen("cpu") == 1


def test_a_sure_bell_is_a_message_whoever_listens(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = listener(pool, over)
    until_listening(valkey)
    doorbell.ring_out("cpu", 1)
    over.set()
    assert heard.result(LONG) is None
    assert valkey.llen("cpu") == 1


def test_without_valkey_nobody_listens_and_nothing_breaks(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert listening.call("cpu", 1) == (0, 0)
    assert listening.wait("cpu", seconds=LONG, is_there=nothing, leave=nothing) is None


def test_words_are_heard_by_as_many_as_there_are_and_lost_with_the_others(
    valkey: redis.Redis, pool: ThreadPoolExecutor, over: threading.Event
) -> None:
    heard = [listener(pool, over) for _number in range(2)]
    until_listening(valkey, 2)
    with transaction.atomic():
        doorbell.ring("cpu", word="first")
        doorbell.ring("cpu")
        doorbell.ring("cpu", word="third")
    words = sorted(one.result(LONG) or Heard(0) for one in heard)
    assert words == [Heard(1, "first"), Heard(1, "third")]
    assert valkey.llen("cpu") == 1
