"""What takes a workflow out of publication, and brings it back, does to its schedules."""

from __future__ import annotations

from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from executions.models import ScheduleFire
from executions.services import scheduling
from executions.services.scheduling import watching
from tests.integration import runs
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, outcomes, pass_time, row, scheduled, trigger
from workflows import services as workflows
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)

MINUTELY = {"everySeconds": 60}


@pytest.fixture
def flow(anna: User) -> Workflow:
    """With a schedule that is on, one that is off, and one made by hand."""
    made = scheduled(anna, MINUTELY, MINUTELY)
    scheduling.switch(workflow_id=made.pk, trigger_id=trigger(made, "every-1").pk, user=anna, on=False)
    scenes.by_hand(made)
    look()
    return made


def shown(flow: Workflow, user: User) -> list[tuple[bool, str | None]]:
    """Of each schedule whether it is switched on, and its fault."""
    rows = runs.client(user).get(f"/api/v1/workflows/{flow.pk}/schedules").json()["results"]
    return [(one["enabled"], one["fault"] and one["fault"]["code"]) for one in rows]


def test_the_schedules_of_an_unpublished_workflow_rest_and_come_back_as_they_were(flow: Workflow, anna: User):
    rows = set(PeriodicTask.objects.values_list("id", flat=True))
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    assert shown(flow, anna) == [(True, "not_published"), (False, "not_published"), (True, "not_published")]
    pass_time(5 * MINUTE)
    look()
    workflows.publish(workflow_id=flow.pk, user=anna)
    look()
    assert scenes.started(flow) == 0, "what was due meanwhile is not missed"
    assert shown(flow, anna) == [(True, None), (False, None), (True, None)]
    assert set(PeriodicTask.objects.values_list("id", flat=True)) == rows
    pass_time(MINUTE)
    look()
    assert scenes.started(flow) == 2
    assert outcomes(trigger(flow, "every-1")) == []


def test_a_message_of_beat_that_comes_after_starts_nothing_and_notes_nothing(flow: Workflow, anna: User):
    pass_time(2 * MINUTE)
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    assert scheduling.fire_named(row(flow).name) == 0
    assert (scenes.started(flow), ScheduleFire.objects.count()) == (0, 0)


def test_switching_a_resting_schedule_on_wakes_it_only_with_the_publication(flow: Workflow, anna: User):
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    off: dict[str, Any] = {"workflow_id": flow.pk, "trigger_id": trigger(flow, "every-1").pk, "user": anna}
    assert scheduling.switch(**off, on=True).next_due_at is None
    workflows.publish(workflow_id=flow.pk, user=anna)
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow, "every-1")) == [("started", 1)]


def test_a_tick_that_waits_for_a_run_is_left_out(anna: User):
    flow = scheduled(anna, {**MINUTELY, "overlap": "queue"})
    for _ in range(2):
        pass_time(MINUTE)
        look()
    assert outcomes(trigger(flow)) == [("started", 1), ("queued", 1)]
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    assert outcomes(trigger(flow)) == [("started", 1), ("skipped_overlap", 1)]


def test_a_row_made_by_hand_that_has_missed_a_publication_is_found_within_a_minute(flow: Workflow, anna: User):
    """As if it had been followed while the publication was not yet committed."""
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    Workflow.objects.filter(pk=flow.pk).update(active_version=flow.active_version)
    watching._memory.looked_at -= watching.LOOK_AGAIN_SECONDS
    look()
    assert {fault for _on, fault in shown(flow, anna)} == {None}
