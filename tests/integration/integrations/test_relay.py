"""The outbox: after the commit and only then, in order, three tries, never lost with its sender."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts import clock
from integrations import holding, outbox, relay, tasks
from integrations.errors import UnknownTopic
from integrations.models import OutboxMessage
from tests.fakes import outbox_handlers as handlers
from tests.integration.realtime.live_server import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def topics(settings: Any, valkey: redis.Redis) -> Iterator[None]:
    names = ("record", "break_down", "find_nobody", "be_limited", "wait")
    settings.OUTBOX_HANDLERS = {name: f"tests.fakes.outbox_handlers.{name}" for name in names}
    handlers.reset()
    yield
    handlers.go_on.set()
    clock.shift(connection, 0)


def message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def described() -> dict[str, Any]:
    error = message().error
    assert isinstance(error, dict)
    return error


def test_a_message_of_a_transaction_that_rolls_back_is_never_delivered() -> None:
    with transaction.atomic():
        outbox.add(topic="record", payload={"n": 1})
        transaction.set_rollback(True)
    assert relay.deliver_due() == 0
    assert handlers.seen == []


def test_a_committed_message_rings_its_queue_and_is_delivered_once(valkey: redis.Redis) -> None:
    with transaction.atomic():
        outbox.add(topic="record", payload={"n": 1})
    assert valkey.llen("system") == 1
    assert relay.deliver_due() == 1
    assert relay.deliver_due() == 0
    assert handlers.seen == [1]
    assert message().state == OutboxMessage.State.SENT


def test_a_topic_without_a_handler_is_refused_by_the_writer() -> None:
    with pytest.raises(UnknownTopic):
        outbox.add(topic="nobody", payload={})


def test_a_second_message_with_the_same_key_is_dropped_even_after_delivery() -> None:
    outbox.add(topic="record", payload={"n": 1}, dedupe_key="once")
    relay.deliver_due()
    outbox.add(topic="record", payload={"n": 2}, dedupe_key="once")
    assert relay.deliver_due() == 0
    assert handlers.seen == [1]


def test_a_message_for_later_waits_for_its_time(valkey: redis.Redis) -> None:
    outbox.add(topic="record", payload={"n": 1}, available_at=timezone.now() + timedelta(minutes=10))
    assert valkey.llen("system") == 0
    assert relay.deliver_due() == 0
    clock.shift(connection, 601)
    assert relay.deliver_due() == 1


def test_the_handler_runs_outside_of_any_transaction_of_the_relay() -> None:
    inside: list[bool] = []
    handlers.during.append(lambda: inside.append(connection.in_atomic_block))
    outbox.add(topic="record", payload={"n": 1})
    relay.deliver_due()
    assert inside == [False]


def test_three_failures_with_growing_pauses_make_a_dead_message() -> None:
    outbox.add(topic="find_nobody", payload={"n": 1})
    for shift, tries, state in ((0, 1, "waiting"), (6, 2, "waiting"), (70, 3, "dead")):
        clock.shift(connection, shift)
        assert relay.deliver_due() == 1
        assert relay.deliver_due() == 0
        assert (message().tries, message().state) == (tries, state)
    assert described()["code"] == "unreachable"
    assert described()["details"] == {"host": "example.org"}


def test_the_words_of_a_defect_are_not_kept() -> None:
    outbox.add(topic="break_down", payload={"n": 1})
    relay.deliver_due()
    assert message().error == {"code": "defect", "message": "ValueError", "details": {}}


def test_waiting_for_a_rate_limit_is_no_try() -> None:
    outbox.add(topic="be_limited", payload={"n": 1})
    for shift in (0, 41, 82, 123, 164):
        clock.shift(connection, shift)
        assert relay.deliver_due() == 1
        assert relay.deliver_due() == 0
    assert (message().tries, message().state) == (0, "waiting")


def test_a_dead_message_can_be_sent_again(valkey: redis.Redis) -> None:
    outbox.add(topic="find_nobody", payload={"n": 1})
    for shift in (0, 10, 100):
        clock.shift(connection, shift)
        relay.deliver_due()
    OutboxMessage.objects.update(topic="record")
    valkey.delete("system")
    assert outbox.send_again([message().id]) == 1
    assert valkey.llen("system") == 1
    assert relay.deliver_due() == 1
    assert message().state == OutboxMessage.State.SENT


def test_only_dead_messages_are_sent_again() -> None:
    outbox.add(topic="record", payload={"n": 1})
    relay.deliver_due()
    assert outbox.send_again([message().id]) == 0
    assert relay.deliver_due() == 0


def test_messages_of_one_key_go_out_in_order_and_a_failing_one_holds_the_next() -> None:
    outbox.add(topic="find_nobody", payload={"n": 1}, ordering_key="chat")
    outbox.add(topic="record", payload={"n": 2}, ordering_key="chat")
    outbox.add(topic="record", payload={"n": 3}, ordering_key="other")
    assert relay.deliver_due() == 2
    assert handlers.seen == [1, 3]
    for shift in (10, 100):
        clock.shift(connection, shift)
        relay.deliver_due()
    assert handlers.seen == [1, 3, 1, 1, 2]


def _deliver_in_a_thread(results: list[int]) -> threading.Thread:
    def deliver() -> None:
        try:
            results.append(relay.deliver_due())
        finally:
            connections.close_all()

    thread = threading.Thread(target=deliver)
    thread.start()
    return thread


def test_two_relays_never_send_two_messages_of_one_key_at_once() -> None:
    outbox.add(topic="wait", payload={"n": 1}, ordering_key="chat")
    outbox.add(topic="record", payload={"n": 2}, ordering_key="chat")
    delivered: list[int] = []
    first = _deliver_in_a_thread(delivered)
    assert handlers.entered.wait(30)
    assert relay.deliver_due() == 0
    handlers.go_on.set()
    first.join(30)
    assert handlers.seen == [1, 2]
    assert delivered == [2]


def test_a_relay_does_not_wait_for_one_that_is_busy_with_another_message() -> None:
    outbox.add(topic="wait", payload={"n": 1})
    outbox.add(topic="record", payload={"n": 2})
    first = _deliver_in_a_thread([])
    assert handlers.entered.wait(30)
    relay.deliver_due()
    assert handlers.seen == [2]
    handlers.go_on.set()
    first.join(30)
    assert handlers.seen == [2, 1]


def test_a_message_whose_sender_died_is_sent_by_the_next_and_that_is_no_try() -> None:
    """G18: kills lose no message, however often they meet the same one; S4-18: tries are sendings that failed."""
    outbox.add(topic="record", payload={"n": 1})
    for death in range(5):
        assert relay.claim("system") is not None  # a relay that dies right here
        assert relay.deliver_due() == 0
        assert (message().tries, message().losses) == (0, death)
        clock.shift(connection, (death + 1) * (holding.LEASE_SECONDS + 1))
    assert relay.deliver_due() == 1
    assert handlers.seen == [1]
    assert message().state == OutboxMessage.State.SENT


def test_a_message_that_all_its_senders_die_of_is_buried() -> None:
    outbox.add(topic="record", payload={"n": 1})
    OutboxMessage.objects.update(losses=relay.MAX_LOSSES - 1)
    assert relay.claim("system") is not None
    clock.shift(connection, holding.LEASE_SECONDS + 1)
    assert relay.deliver_due() == 1
    assert handlers.seen == []
    assert message().state == OutboxMessage.State.DEAD
    assert described()["code"] == "sender_lost"
    assert outbox.send_again([message().id]) == 1
    assert relay.deliver_due() == 1
    assert handlers.seen == [1]


def test_a_message_stays_with_its_sender_for_as_long_as_the_handler_works() -> None:
    outbox.add(topic="wait", payload={"n": 1})
    delivered: list[int] = []
    first = _deliver_in_a_thread(delivered)
    assert handlers.entered.wait(30)
    clock.shift(connection, holding.LEASE_SECONDS - 1)
    assert relay._held.renew() == 1
    clock.shift(connection, holding.LEASE_SECONDS + 1)
    assert relay.claim("system") is None
    handlers.go_on.set()
    first.join(30)
    assert delivered == [1]
    assert (message().state, message().tries) == (OutboxMessage.State.SENT, 0)


def test_leases_are_renewed_by_themselves_until_the_handler_is_over_its_time() -> None:
    outbox.add(topic="record", payload={"n": 1})
    claimed = relay.claim("system")
    assert claimed is not None
    assert claimed.lease_token is not None
    held = holding.Held(renew_seconds=0.01)
    with held.hold(claimed.lease_token):
        while message().available_at == claimed.available_at:  # the suite's own limit ends it
            continue
    assert held.renew() == 0
    tired = holding.Held(handler_seconds=0.0)
    with tired.hold(claimed.lease_token):
        assert tired.renew() == 0


def test_a_message_whose_sender_died_is_with_another_within_a_minute() -> None:
    """G18, G5: recovery takes at most 45 s."""
    outbox.add(topic="record", payload={"n": 1})
    assert relay.claim("system") is not None  # a relay that dies right here
    clock.shift(connection, 40)
    assert outbox.ring_due() == 1
    assert relay.deliver_due() == 1
    assert handlers.seen == [1]


def test_a_relay_that_lost_its_lease_records_nothing() -> None:
    outbox.add(topic="record", payload={"n": 1})

    def be_overtaken() -> None:
        handlers.during.clear()
        clock.shift(connection, holding.LEASE_SECONDS + 1)
        assert relay.claim("system") is not None

    handlers.during.append(be_overtaken)
    relay.deliver_due(limit=1)
    assert message().state == OutboxMessage.State.SENDING


def test_the_task_delivers_its_own_queue_only() -> None:
    outbox.add(topic="record", payload={"n": 1}, queue="notifications")
    outbox.add(topic="record", payload={"n": 2})
    tasks.deliver("notifications")
    assert handlers.seen == [1]


def test_one_thread_of_a_process_sends_the_messages_of_the_desk_one_after_the_other() -> None:
    """A kill repeats at most the message that was on its way."""
    outbox.add(topic="wait", payload={"n": 1}, queue="notifications")
    outbox.add(topic="record", payload={"n": 2}, queue="notifications")

    def deliver() -> None:
        tasks.deliver("notifications")
        connection.close()

    first = threading.Thread(target=deliver)
    first.start()
    assert handlers.entered.wait(30)
    assert not tasks.deliver("notifications")
    assert handlers.seen == []
    assert OutboxMessage.objects.filter(state=OutboxMessage.State.SENDING).count() == 1
    handlers.go_on.set()
    first.join(30)
    assert handlers.seen == [1, 2]


def test_a_relay_that_listens_hears_of_work_without_a_message(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-3: an event reaches its listeners by the ear of a relay, and no message of the broker is spent on it."""
    monkeypatch.setattr(tasks, "LISTEN_SECONDS", 60.0)

    def listen() -> None:
        tasks.relay_due("system")
        connection.close()

    relaying = threading.Thread(target=listen)
    relaying.start()
    try:
        until(lambda: valkey.zcard("naryad:ears:system") == 1)
        outbox.add(topic="record", payload={"n": 1})
        until(lambda: handlers.seen == [1])
    finally:
        tasks._leaving.set()
        relaying.join()
        tasks._leaving.clear()
    assert valkey.llen("system") == 0


def test_a_message_that_has_to_wait_for_the_one_before_it_is_not_due() -> None:
    outbox.add(topic="record", payload={"n": 1}, ordering_key="chat")
    outbox.add(topic="record", payload={"n": 2}, ordering_key="chat")
    assert relay.is_due("system")
    assert relay.claim("system") is not None
    assert not relay.is_due("system")


def test_due_messages_whose_bell_was_lost_are_rung_for_again(valkey: redis.Redis) -> None:
    outbox.add(topic="record", payload={"n": 1}, queue="notifications")
    outbox.add(topic="record", payload={"n": 2}, available_at=timezone.now() + timedelta(hours=1))
    valkey.delete("notifications", "system")
    assert outbox.ring_due() == 1
    assert (valkey.llen("notifications"), valkey.llen("system")) == (1, 0)


def test_delivered_messages_are_forgotten_after_a_week_and_dead_ones_never() -> None:
    outbox.add(topic="record", payload={"n": 1})
    relay.deliver_due()
    assert outbox.prune(100) == 0
    OutboxMessage.objects.create(topic="record", queue="system", payload={}, state="dead", finished_at=timezone.now())
    clock.shift(connection, 8 * 86400)
    assert outbox.prune(100) == 1
    assert message().state == OutboxMessage.State.DEAD
