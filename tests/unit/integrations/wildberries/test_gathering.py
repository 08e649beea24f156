from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from integrations.errors import OutboundError, RateLimited, ServerFault
from integrations.safe_json import dumps, loads
from integrations.wildberries.errors import AccessDenied, RequestRejected
from integrations.wildberries.gathering import (
    MAX_REFUSALS,
    MAX_ROUNDS,
    Batch,
    Gathering,
    Rest,
    Taken,
    gather,
)

FAULT = ServerFault(status=502, requestId="r2")
REFUSAL = RequestRejected(detail="нет", status=400, requestId="r1")


def plan(*numbers: int) -> Gathering:
    return Gathering.plan([{"ids": [number]} for number in numbers], begin="2026-11-15")


def item(batch: Batch) -> Taken:
    return Taken([{"campaignId": number} for number in batch["ids"]])


def told(work: Gathering) -> list[int]:
    return [one["campaignId"] for one in work.collected]


def failing(*numbers: int, error: OutboundError) -> Callable[[Batch], Taken]:
    def ask(batch: Batch) -> Taken:
        if batch["ids"][0] in numbers:
            raise error
        return item(batch)

    return ask


def run(work: Gathering, ask: Callable[[Batch], Taken], seconds: float = 600) -> tuple[Rest | None, list[Any]]:
    failures: list[Any] = []
    deadline = time.monotonic() + seconds
    rest = gather(work, ask, deadline=deadline, on_failure=lambda *failure: failures.append(failure))
    return rest, failures


def test_every_batch_is_asked_once():
    work = plan(1, 2, 3)
    assert run(work, item) == (None, [])
    assert (told(work), work.answered, work.errors) == ([1, 2, 3], 3, [])


def test_the_work_goes_on_after_a_journey_through_json():
    """S3-14: progress is kept, so that a step that runs again resumes."""
    work = plan(1, 2)
    assert run(work, failing(2, error=RateLimited(retry_after=7, host="h"))) == (Rest(7, "rate_limited", "h"), [])
    again = Gathering.from_json(loads(dumps(work.to_json())))
    assert run(again, item) == (None, [])
    assert (told(again), again.facts) == ([1, 2], {"begin": "2026-11-15"})


def test_what_is_missing_among_other_data_is_reported():
    work = plan(1, 2)
    run(work, lambda batch: Taken(item(batch).items, missing={"ids": [9]}))
    assert [(error["ids"], error["code"], error["retryable"]) for error in work.errors] == [([9], "missing", False)] * 2


def test_an_answer_without_any_data_is_no_error():
    work = plan(1)
    run(work, lambda batch: Taken(missing={"ids": [1]}))
    assert (work.collected, work.errors, work.answered) == ([], [], 1)


def test_a_refused_batch_is_reported_and_the_others_go_on():
    work = plan(1, 2)
    rest, failures = run(work, failing(1, error=REFUSAL))
    assert (rest, failures, told(work)) == (None, [({"ids": [1]}, REFUSAL)], [2])
    assert work.errors == [
        {
            "ids": [1],
            "code": "wb_request_rejected",
            "error": "Wildberries отклонил запрос: нет",
            "status": 400,
            "retryable": False,
            "requestId": "r1",
        }
    ]


def test_a_batch_that_failed_is_asked_again_after_the_others():
    work = plan(1, 2, 3)
    rest, failures = run(work, failing(2, error=FAULT))
    assert rest is not None
    assert (rest.reason, len(failures), told(work)) == ("server_fault", 1, [1, 3])
    assert run(work, item) == (None, [])
    assert told(work) == [1, 3, 2]


def test_a_batch_that_fails_in_every_round_is_reported_as_worth_another_run():
    work = plan(1, 2)
    rests = []
    while (rest := run(work, failing(2, error=FAULT))[0]) is not None:
        rests.append(rest.seconds)
    assert len(rests) == MAX_ROUNDS
    assert rests[-1] > rests[0]
    (error,) = work.errors
    assert (error["ids"], error["status"], error["retryable"]) == ([2], 502, True)


def test_as_long_as_nothing_was_answered_the_retry_policy_decides():
    with pytest.raises(ServerFault):
        run(plan(1, 2), failing(1, error=FAULT))


def test_what_would_meet_every_request_stops_at_once():
    work = plan(1, 2)
    with pytest.raises(AccessDenied):
        run(work, failing(2, error=AccessDenied(status=403)))
    assert told(work) == [1]


def test_endless_refusals_are_a_failure():
    work = plan(1)
    ask = failing(1, error=RateLimited(status=429))
    for _refusal in range(MAX_REFUSALS):
        assert run(work, ask)[0] == Rest(20.0, "rate_limited")
    with pytest.raises(RateLimited):
        run(work, ask)


def test_near_its_end_a_step_is_run_again_instead():
    work = plan(1, 2)
    assert run(work, item, seconds=30) == (Rest(0.0, "time_slice"), [])
    assert told(work) == [1]


def test_what_follows_from_an_answer_is_asked_next():
    work = plan(1, 5)
    run(work, lambda batch: Taken(item(batch).items, following=[{"ids": [2]}] if batch["ids"] == [1] else []))
    assert told(work) == [1, 2, 5]


@pytest.mark.parametrize(("number", "first"), [(0, 1), (1, 2), (2, 3), (3, 1)])
def test_another_try_begins_with_another_batch(number, first):
    work = plan(1, 2, 3)
    work.begin_with(number)
    assert work.pending[0] == {"ids": [first]}
