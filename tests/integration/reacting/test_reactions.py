"""Events and the runs that begin by them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from accounts.models import Project
from executions import services
from executions.models import Execution, Listener, Reaction
from executions.services import reacting
from integrations import events
from integrations.models import OutboxMessage
from tests.integration.executions import driving
from tests.integration.reacting.scenes import (
    NAME,
    deliver,
    done,
    emit,
    happen,
    listener_of,
    listening,
    outcomes,
    runs_of,
)
from workflows import services as workflows


def test_one_event_starts_every_workflow_that_listens_for_it(anna: Any) -> None:
    """S2-1: one event, several chains of actions, each beginning with the event."""
    flows = [listening(anna) for _number in range(3)]
    event = happen(subject="7", payload={"sum": 100})
    for flow in flows:
        (run,) = runs_of(flow)
        assert run.origin == "event"
        assert done(run) == {"event": NAME, "subject": "7", "payload": {"sum": 100}, "at": event.at.isoformat()}
        assert outcomes(flow) == ["started"]


def test_an_event_nobody_listens_for_is_kept(anna: Any) -> None:
    """S2-1: an event without a subscriber is still recorded."""
    event = happen("something.strange")
    assert events.find(event.pk) is not None
    assert not Reaction.objects.exists()


def test_why_an_event_did_not_match_is_written_down(anna: Any) -> None:
    """Part 2 row 11: the inbox says for each workflow that an event matched, or why it did not."""
    small = {"field": "payload.sum", "op": "gte", "value": 1000}
    by_sum = listening(anna, event=NAME, conditions=[small])
    by_subject = listening(anna, event=NAME, subject="8")
    happen(subject="7", payload={"sum": 100})
    assert (runs_of(by_sum), runs_of(by_subject)) == ([], [])
    assert Reaction.objects.get(workflow=by_sum).outcome == "not_matched"
    assert Reaction.objects.get(workflow=by_sum).details == {"conditions": [small]}
    assert Reaction.objects.get(workflow=by_subject).details == {"expected": "8", "subject": "7"}


@pytest.mark.parametrize(
    ("mask", "name", "heard"),
    [
        ("ticket.*", "ticket.created", True),
        ("ticket.*", "ticket.sla.broken", True),
        ("ticket.*", "tickets.created", False),
        ("ticket.created", "ticket.created", True),
        ("ticket.created", "ticket.created.again", False),
    ],
)
def test_a_beginning_of_names_stands_for_all_of_them(anna: Any, mask: str, name: str, heard: bool) -> None:
    flow = listening(anna, event=mask)
    happen(name)
    assert len(runs_of(flow)) == heard


def test_an_event_that_is_told_twice_starts_one_run(anna: Any) -> None:
    flow = listening(anna)
    event = happen()
    for _time in range(3):
        reacting.arrive({"eventId": str(event.pk)})
    assert len(runs_of(flow)) == 1


def test_a_dedup_key_makes_two_deliveries_one_event(anna: Any) -> None:
    flow = listening(anna)
    for _time in range(3):
        happen(dedupe_key="payment-1")
    assert len(runs_of(flow)) == 1


def test_a_run_begins_at_the_trigger_that_has_heard(anna: Any) -> None:
    """Several triggers in one workflow: each starts what follows from it alone."""
    what = driving.definition(
        [
            ("paid", "trigger-event", {"config": {"event": "order.paid"}}),
            ("sent", "trigger-event", {"config": {"event": "order.sent"}}),
            ("hand", "trigger-manual"),
            ("a", "noop"),
            ("b", "noop"),
        ],
        [("paid", "a"), ("sent", "b"), ("hand", "b")],
    )
    flow = driving.workflow(anna, what)
    happen("order.sent")
    (run,) = runs_of(flow)
    assert driving.statuses(run) == {
        "paid": "skipped",
        "sent": "succeeded",
        "hand": "skipped",
        "a": "skipped",
        "b": "succeeded",
    }
    by_hand = services.start(target=workflows.startable(flow.pk, anna), user=anna)[0]
    driving.drain()
    assert driving.statuses(by_hand)["hand"] == "succeeded"
    assert driving.statuses(by_hand)["paid"] == "skipped"


def test_publishing_changes_who_listens_in_one_go(anna: Any) -> None:
    flow = listening(anna)
    first = listener_of(flow)
    what = driving.definition([("begin", "trigger-event", {"config": {"event": "order.sent"}})])
    workflows.replace_workflow(
        workflow_id=flow.pk, user=anna, particulars=workflows.Particulars(name="Test"), definition=what
    )
    assert listener_of(flow).pk == first.pk
    happen(NAME)
    assert runs_of(flow) == []
    happen("order.sent")
    assert len(runs_of(flow)) == 1


def test_a_deleted_workflow_hears_nothing(anna: Any) -> None:
    flow = listening(anna)
    workflows.delete(workflow_id=flow.pk, user=anna)
    happen()
    assert runs_of(flow) == []
    assert not Listener.objects.filter(active=True).exists()
    assert reacting.prune_reactions() == 1


def test_an_event_from_before_the_publication_starts_nothing_until_it_is_replayed(anna: Any) -> None:
    """Part 2 row 11: replay. Whoever listens now gets it, also who did not when it happened."""
    event = emit()
    flow = listening(anna)
    deliver()
    assert outcomes(flow) == []
    for times in (1, 2):
        reacting.replay([event.pk], user=anna)
        deliver()
        assert len(runs_of(flow)) == times
    assert outcomes(flow) == ["started", "started"]


def test_a_chain_of_events_that_chases_its_tail_comes_to_an_end(anna: Any) -> None:
    what = driving.definition(
        [
            ("begin", "trigger-event", {"config": {"event": NAME}}),
            ("again", "emit-event", {"config": {"event": NAME}}),
        ],
        [("begin", "again")],
    )
    flow = driving.workflow(anna, what)
    with override_settings(SUBWORKFLOW_MAX_DEPTH=3):
        emit()
        for _round in range(10):
            deliver()
            driving.drain()
    assert [run.depth for run in runs_of(flow)] == [1, 2, 3]
    assert outcomes(flow) == ["started", "started", "started", "too_deep"]


def test_a_listener_starts_no_more_runs_a_minute_than_it_may(anna: Any) -> None:
    flow = listening(anna)
    with override_settings(EVENT_STARTS_PER_MINUTE=2):
        for _time in range(4):
            happen()
    assert outcomes(flow) == ["started", "started", "too_often", "too_often"]


def test_a_start_that_is_refused_is_a_line_and_keeps_no_other_from_the_event(anna: Any) -> None:
    limited = driving.definition(
        [("begin", "trigger-event", {"config": {"event": NAME}}), ("act", "delay", {"config": {"seconds": 60}})],
        [("begin", "act")],
        concurrency={"limit": 1, "whenFull": "fail"},
    )
    busy, other = driving.workflow(anna, limited), listening(anna)
    happen()
    happen()
    assert outcomes(busy) == ["started", "refused"]
    assert outcomes(other) == ["started", "started"]
    assert Reaction.objects.get(workflow=busy, outcome="refused").details["code"] == "concurrency_limit"


def test_events_of_another_project_are_not_heard(anna: Any) -> None:
    flow = listening(anna)
    other = Project.objects.create(code="other", name="other")
    events.emit(project_id=other.pk, name=NAME, source="test")
    deliver()
    assert runs_of(flow) == []


def test_a_node_tells_of_an_event_once_with_its_result(anna: Any) -> None:
    flow = listening(anna, event="step.done")
    config = {"event": "step.done", "subject": "{{ $json.id }}", "payload": {"a": 1}}
    run = driving.start(anna, driving.definition([("tell", "emit-event", {"config": config})]), input_data={"id": 5})
    driving.drain()
    deliver()
    assert driving.status(run) == "succeeded"
    (begun,) = runs_of(flow)
    assert (begun.input_data["subject"], begun.input_data["payload"], begun.depth) == ("5", {"a": 1}, 1)


def test_a_failure_starts_who_listens_for_failures_and_theirs_starts_nothing(anna: Any) -> None:
    """S0-17, S2-9: one handler covers the project; an error of an error reaction does not raise itself again."""
    what = driving.definition(
        [("begin", "trigger-error", {"config": {"listen": "project"}}), ("bad", "fail", {"config": {"message": "no"}})],
        [("begin", "bad")],
    )
    handler = driving.workflow(anna, what)
    failing = driving.start(anna, driving.definition([("bad", "fail", {"config": {"message": "x"}})]))
    for _round in range(4):
        driving.drain()
        deliver()
    (reaction,) = runs_of(handler)
    assert (reaction.origin, driving.status(reaction)) == ("error", "failed")
    assert reaction.input_data["payload"]["execution"]["id"] == str(failing.pk)
    assert Execution.objects.count() == 2
    assert OutboxMessage.objects.filter(topic="event.arrived").count() == 1


def test_a_workflow_that_is_named_for_failures_and_listens_for_all_is_started_once(anna: Any) -> None:
    handler = listening(anna, "trigger-error", listen="project")
    bad = driving.definition([("bad", "fail", {"config": {"message": "x"}})], errorWorkflow=handler.code)
    driving.start(anna, bad)
    driving.drain()
    deliver()
    assert len(runs_of(handler)) == 1
