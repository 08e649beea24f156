"""Guards: what is refused for the moment is tried again, what is told again starts again, and no tail is chased."""

from __future__ import annotations

from typing import Any

from django.test import Client, override_settings

from executions.models import Execution
from executions.services import aftercare, reacting
from integrations.models import Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, emit, happen, listener_of, listening, outcomes, runs_of
from tests.integration.reacting.test_forms import FIELDS

BUSY = {"limit": 1, "whenFull": "fail"}


def hook(anna: Any, **settings: Any) -> Any:
    config = {"proof": "none", "dedupField": "id"}
    what = driving.definition(
        [("begin", "trigger-webhook", {"config": config}), ("act", "delay", {"config": {"seconds": 60}})],
        [("begin", "act")],
        **settings,
    )
    return driving.workflow(anna, what)


def call(flow: Any, body: dict[str, Any]) -> Any:
    return Client().post(f"/hooks/{listener_of(flow).address}", body, content_type="application/json")


def test_a_delivery_that_was_refused_for_the_moment_is_taken_in_when_it_comes_again(anna: Any) -> None:
    """A sender repeats what was not taken: the refusal of a full workflow must not stay for ever."""
    flow = hook(anna, concurrency=BUSY)
    first = call(flow, {"id": 1}).json()["executionId"]
    refused = call(flow, {"id": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "concurrency_limit")
    runs.client(anna).post(f"/api/v1/executions/{first}/stop")
    aftercare.look_after_ended()
    taken = call(flow, {"id": 2})
    assert (taken.status_code, taken.json()["duplicate"]) == (202, False)
    assert call(flow, {"id": 2}).json() == {"executionId": taken.json()["executionId"], "duplicate": True}
    assert outcomes(flow) == ["started", "started"]
    assert Event.objects.count() == 2


def test_a_delivery_beyond_the_rate_is_kept_and_taken_in_when_it_comes_again(anna: Any) -> None:
    flow = hook(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=1):
        assert [call(flow, {"id": number}).status_code for number in (1, 2, 1)] == [202, 429, 200]
        assert outcomes(flow) == ["started", "too_often"]
    with override_settings(EVENT_STARTS_PER_MINUTE=100_000):
        assert call(flow, {"id": 2}).status_code == 202
    assert outcomes(flow) == ["started", "started"]


def test_a_repeat_costs_no_start_of_the_minute(anna: Any) -> None:
    """The rate counts starts: an event that is delivered again takes nothing from those that are new."""
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=2):
        event = happen()
        for _time in range(5):
            reacting.arrive({"eventId": str(event.pk)})
        happen()
    assert outcomes(flow) == ["started", "started"]


def test_a_webhook_and_a_form_that_are_told_again_start_their_own_workflow_again(anna: Any) -> None:
    """Part 2 row 11: replay, also where the event has happened at the workflow's own address."""
    called, sent = hook(anna), listening(anna, "trigger-form", fields=FIELDS)
    call(called, {"id": 1, "name": "Анна"})
    Client().post(f"/forms/{listener_of(sent).address}", {"email": "anna@example.org"})
    for event in list(Event.objects.all()):
        reacting.replay([event.pk], user=anna)
    deliver()
    for flow in (called, sent):
        first, again = runs_of(flow)
        assert first.input_data == again.input_data


def test_a_failing_letter_about_a_failing_letter_starts_nothing_more(anna: Any) -> None:
    """S2-9: `delivery.failed` of a reaction to a failure is kept, and raises itself no more."""
    flow = listening(anna, event="delivery.failed")
    happen("delivery.failed", payload={"channel": "email"})
    (reaction,) = runs_of(flow)
    assert reaction.origin == "error"
    happen("delivery.failed", payload={"channel": "email", "executionId": str(reaction.pk)})
    ordinary = runs.start(runs.workflow(anna), anna)
    happen("delivery.failed", payload={"channel": "email", "executionId": str(ordinary.pk)})
    assert outcomes(flow) == ["started", "too_deep", "started"]


def test_a_child_of_a_reaction_to_a_failure_starts_no_error_workflow(anna: Any) -> None:
    """S2-9, S0-17: what an error workflow starts belongs to it."""
    bad = driving.definition([("bad", "fail", {"config": {"message": "x"}})])
    handler = driving.workflow(anna, bad)
    run = driving.start(
        anna, driving.definition([("bad", "fail", {"config": {"message": "x"}})], errorWorkflow=handler.code)
    )
    for _round in range(3):
        driving.drain()
        deliver()
    assert driving.status(run) == "failed"
    assert Execution.objects.count() == 2


def test_an_error_workflow_whose_conditions_do_not_hold_is_started_by_its_name(anna: Any) -> None:
    """S0-17: it counts as heard only where it really hears."""
    condition = {"field": "payload.workflow.code", "op": "eq", "value": "another"}
    handler = listening(anna, "trigger-error", listen="project", conditions=[condition])
    bad = driving.definition([("bad", "fail", {"config": {"message": "x"}})], errorWorkflow=handler.code)
    driving.start(anna, bad)
    driving.drain()
    deliver()
    assert len(runs_of(handler)) == 1


def test_an_event_that_nobody_listens_for_is_kept(anna: Any) -> None:
    """S2-1: recorded all the same."""
    event = emit("nobody.listens", payload={"a": 1})
    deliver()
    shown = runs.client(anna).get(f"/api/v1/events/{event.pk}").json()
    assert (shown["payload"], shown["reactions"]) == ({"a": 1}, [])
