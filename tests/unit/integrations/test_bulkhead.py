"""Places at a server: a server that hangs holds its share of the threads, and no other's."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from integrations.bulkhead import Bulkhead
from integrations.errors import CircuitOpen, ServerCrowded


def test_a_server_that_holds_its_share_is_crowded_and_another_is_not() -> None:
    """S3-20: what fails outside does not take the workers of others."""
    bulkhead = Bulkhead(2)
    with ExitStack() as hanging:
        for _ in range(2):
            hanging.enter_context(bulkhead.place("down:443", host="down"))
        with pytest.raises(ServerCrowded) as caught, bulkhead.place("down:443", host="down"):
            pass
        with bulkhead.place("up:443", host="up"):
            pass
    assert (caught.value.details, caught.value.retry_after) == ({"host": "down"}, 2.0)
    with bulkhead.place("down:443", host="down"):
        pass


def test_a_place_that_gets_free_in_time_is_taken() -> None:
    bulkhead = Bulkhead(1, moment=60)
    place = bulkhead.place("slow:443", host="slow")
    place.__enter__()
    leaving = threading.Timer(0.02, place.__exit__, (None, None, None))
    leaving.start()
    with bulkhead.place("slow:443", host="slow"):
        leaving.join()


def test_to_be_crowded_is_to_be_not_called_which_is_a_wait_and_no_failure() -> None:
    assert issubclass(ServerCrowded, CircuitOpen)
