"""What is counted of many that are done one by one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import OperationalError

from executions.errors import IllegalTransition
from executions.services.tally import Tally


def raising(error: Exception) -> Callable[[], uuid.UUID]:
    def act() -> uuid.UUID:
        raise error

    return act


def test_one_that_fails_whatever_the_reason_keeps_no_other_from_being_done() -> None:
    refused, away, broken, well = (uuid.uuid4() for _one in range(4))
    tally = Tally()
    tally.attempt([refused], raising(IllegalTransition()))
    tally.attempt([away], raising(OperationalError("the server went away")))
    tally.attempt([broken], raising(ValueError("a defect")))
    tally.attempt([well], lambda: well)
    assert tally.failed == [(refused, IllegalTransition.code), (away, "unavailable"), (broken, "internal")]
    assert (tally.done, tally.executions) == (1, [well])
