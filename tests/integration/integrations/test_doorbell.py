"""Bells go out with the commit, together, and never hurt the one who rings."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import redis
from django.db import transaction

from integrations import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bell_rings_when_the_transaction_commits_and_not_before(valkey: redis.Redis) -> None:
    with transaction.atomic():
        doorbell.ring("io")
        assert valkey.llen("io") == 0
    assert valkey.llen("io") == 1


def test_a_transaction_that_rolls_back_rings_nobody(valkey: redis.Redis) -> None:
    with transaction.atomic():
        doorbell.ring("io")
        transaction.set_rollback(True)
    assert valkey.llen("io") == 0


def test_outside_a_transaction_the_bell_rings_at_once(valkey: redis.Redis) -> None:
    doorbell.ring("cpu", 2)
    assert valkey.llen("cpu") == 2


def test_a_message_names_the_task_and_carries_only_the_queue(valkey: redis.Redis) -> None:
    doorbell.ring("cpu")
    doorbell.ring("system")
    messages = [json.loads(str(valkey.lpop(queue))) for queue in ("cpu", "system")]
    assert [message["headers"]["task"] for message in messages] == ["executions.drain", "integrations.relay"]
    assert [message["headers"]["argsrepr"] for message in messages] == ["['cpu']", "['system']"]


def test_rings_for_workers_of_one_transaction_add_up(valkey: redis.Redis) -> None:
    with transaction.atomic():
        doorbell.ring("io", 3)
        doorbell.ring("io", 2)
        doorbell.ring("cpu")
    assert (valkey.llen("io"), valkey.llen("cpu")) == (5, 1)


def test_a_thousand_messages_of_one_transaction_need_one_bell_for_the_relay(valkey: redis.Redis) -> None:
    with transaction.atomic():
        for _ in range(1000):
            doorbell.ring("system")
    assert valkey.llen("system") == 1


def test_a_ring_in_a_savepoint_that_rolls_back_is_not_heard(valkey: redis.Redis) -> None:
    with transaction.atomic():
        with transaction.atomic():
            doorbell.ring("io")
            transaction.set_rollback(True)
        doorbell.ring("io")
    assert valkey.llen("io") == 1


def test_a_ring_after_a_savepoint_does_not_hang_on_that_savepoint(valkey: redis.Redis) -> None:
    with transaction.atomic():
        with transaction.atomic():
            doorbell.ring("io")
        doorbell.ring("io")
        with transaction.atomic():
            doorbell.ring("cpu")
            transaction.set_rollback(True)
    assert (valkey.llen("io"), valkey.llen("cpu")) == (2, 0)


def test_zero_rings_are_none(valkey: redis.Redis) -> None:
    doorbell.ring("io", 0)
    assert valkey.llen("io") == 0


def test_where_enough_bells_wait_for_workers_no_other_is_sent(valkey: redis.Redis) -> None:
    valkey.lpush("cpu", *["a bell"] * doorbell.ENOUGH)
    doorbell.ring("cpu", 3)
    doorbell.ring("io")
    assert (valkey.llen("cpu"), valkey.llen("io")) == (doorbell.ENOUGH, 1)


def test_bells_are_sent_again_as_soon_as_a_worker_has_taken_one(valkey: redis.Redis) -> None:
    valkey.lpush("cpu", *["a bell"] * doorbell.ENOUGH)
    valkey.rpop("cpu")
    doorbell.ring("cpu", 3)
    assert valkey.llen("cpu") == doorbell.ENOUGH + 2


def test_a_sure_bell_is_sent_however_many_wait(valkey: redis.Redis) -> None:
    valkey.lpush("cpu", *["a bell"] * doorbell.ENOUGH)
    doorbell.ring_out("cpu", 1)
    assert valkey.llen("cpu") == doorbell.ENOUGH + 1


def test_a_frozen_broker_neither_raises_nor_is_asked_after_three_failures() -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        line = doorbell.BrokerLine(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0")
        for _ in range(3):
            line.send("executions.drain", "io", 1)
        assert line.resting
        line.send("executions.drain", "io", 1)


def test_one_failure_is_no_reason_to_rest() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    line = doorbell.BrokerLine(f"redis://127.0.0.1:{port}/0")
    line.send("executions.drain", "io", 1)
    assert not line.resting


def test_an_address_that_is_none_keeps_no_transaction_from_its_end(settings: Any) -> None:
    settings.REDIS_URL = "nowhere"
    with transaction.atomic():
        doorbell.ring("cpu")
