"""What comes in and goes out: each delivery has its effect once, whoever dies meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from integrations import inbox, outbox, relay
from integrations.holding import LEASE_SECONDS
from integrations.models import InboundMessage, OutboxMessage
from tests.fakes import outbox_handlers as handlers
from tests.races.stage import die

LEASE_OVER = LEASE_SECONDS + 1


@pytest.fixture(autouse=True)
def _topics(settings: Any) -> None:
    settings.OUTBOX_HANDLERS = {"record": "tests.fakes.outbox_handlers.record"}
    handlers.reset()


def write(number: int = 1) -> None:
    outbox.add(topic="record", payload={"n": number})


def take_in() -> bool:
    with transaction.atomic():
        return inbox.take_in(source="hook", external_id="1")


def message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def test_a_message_whose_sender_dies_before_it_is_marked_is_sent_once_more(stage):
    """R1: at least once, and at most one repeat per death."""
    write()
    stage.acts(relay.deliver_due, outbox__after_send=die).killed()
    assert (handlers.seen, message().state) == ([1], "sending")
    assert relay.deliver_due() == 0
    stage.later(LEASE_OVER)
    assert relay.deliver_due() == 1
    assert (handlers.seen, message().state) == ([1, 1], "sent")


def test_two_relays_at_once_send_a_message_once(stage):
    """R9: while one is sending it is nobody else's."""
    write()
    first = stage.acts(relay.deliver_due, stops="outbox.after_send").at("outbox.after_send")
    assert relay.deliver_due() == 0
    assert first.result() == 1
    assert (handlers.seen, message().state) == ([1], "sent")


def test_a_relay_that_comes_too_late_does_not_mark_what_another_has_taken_over(stage):
    """R1: its lease is over, and so is its word."""
    write()
    slow = stage.acts(relay.deliver_due, stops="outbox.after_send").at("outbox.after_send")
    stage.later(LEASE_OVER)
    second = relay.claim("system")
    assert second is not None
    slow.result()
    assert (message().state, message().lease_token) == ("sending", second.lease_token)


def test_a_message_is_not_seen_before_the_commit_of_its_cause(stage):
    """R9: a relay that looks meanwhile finds nothing."""
    writing = stage.unfinished(write)
    assert relay.deliver_due() == 0
    writing.result()
    assert relay.deliver_due() == 1


def test_a_dead_message_that_two_people_send_again_is_sent_once(stage):
    """R7: the second one finds it alive."""
    write()
    OutboxMessage.objects.update(state="dead")
    ids = [message().id]
    first = stage.unfinished(lambda: outbox.send_again(ids))
    second = stage.acts(lambda: outbox.send_again(ids)).blocked()
    assert (first.result(), second.result()) == (1, 0)
    assert relay.deliver_due() == 1
    assert handlers.seen == [1]


def test_a_delivery_that_comes_twice_at_once_is_taken_in_once(stage):
    """R3-7, R8: the second one waits for the end of the first."""
    first = stage.acts(take_in, stops="inbound.after_insert").at("inbound.after_insert")
    second = stage.acts(take_in).blocked()
    assert (first.result(), second.result()) == (True, False)
    assert InboundMessage.objects.count() == 1


def test_a_delivery_whose_first_reader_dies_is_taken_in_by_the_second(stage):
    """R8: what it was to cause was not committed either."""
    first = stage.acts(take_in, stops="inbound.after_insert").at("inbound.after_insert")
    second = stage.acts(take_in).blocked()
    first.kill()
    assert second.result() is True
    assert InboundMessage.objects.count() == 1
