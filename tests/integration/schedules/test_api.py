"""Schedules as clients and the admin see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from executions.models import Execution
from tests.integration import runs
from tests.integration.answers.scenes import project
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, pass_time, scheduled, trigger

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = datetime(2026, 3, 27, 22, tzinfo=UTC)


def test_a_workflow_tells_when_it_starts(anna: User):
    """Part 4, row 6: the next five times in local time, over a change of the clocks."""
    scenes.set_clock(EVENING)
    nightly = {"crontab": "30 2 * * *", "timeZone": "Europe/Berlin", "inputData": {"a": 1.5}}
    flow = scheduled(anna, nightly, {"everySeconds": 60, "overlap": "skip"}, {"at": "2026-04-01T09:00:00+03:00"})
    wrong = scenes.by_hand(flow)
    look()
    PeriodicTask.objects.filter(pk=wrong.pk).update(kwargs="{")
    pass_time(MINUTE)
    look()
    answer = runs.client(runs.person("viewer")).get(f"/api/v1/workflows/{flow.pk}/schedules")
    assert answer.status_code == 200
    first, second, third, fourth = answer.json()["results"]
    assert first["upcoming"] == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
        "2026-03-31T02:30:00+02:00",
        "2026-04-01T02:30:00+02:00",
    ]
    assert first["nextDueAt"] == "2026-03-28T01:30:00Z"
    assert (first["nodeId"], first["crontab"], first["timeZone"]) == ("every-0", "30 2 * * *", "Europe/Berlin")
    assert (first["missed"], first["overlap"], first["inputData"]) == ("last", "allow", {"a": 1.5})
    run = Execution.objects.get(workflow=flow)
    assert (second["everySeconds"], second["overlap"]) == (60.0, "skip")
    assert [(fire["outcome"], fire["ticks"], fire["executionId"]) for fire in second["fires"]] == [
        ("started", 1, str(run.pk))
    ]
    assert (third["at"], third["upcoming"]) == ("2026-04-01T06:00:00Z", ["2026-04-01T06:00:00+00:00"])
    assert (fourth["nodeId"], fourth["fault"]["code"], fourth["nextDueAt"]) == (None, "bad_arguments", None)
    assert "inputData" in fourth["fault"]["message"]


def test_an_editor_switches_a_schedule_off_and_on(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    address = f"/api/v1/workflows/{flow.pk}/schedules/{trigger(flow).pk}"
    for _ in range(2):
        off = runs.client(anna).post(f"{address}/disable").json()
        assert (off["enabled"], off["nextDueAt"], off["upcoming"]) == (False, None, [])
    pass_time(MINUTE)
    look()
    assert scenes.started(flow) == 0
    on = runs.client(anna).post(f"{address}/enable").json()
    assert (on["enabled"], len(on["upcoming"])) == (True, 5)
    assert scenes.row(flow).enabled


def test_whose_role_is_lower_may_look_only_and_strangers_see_nothing(anna: User):
    flow, other = scheduled(anna, {"everySeconds": 60}), scheduled(anna, {"everySeconds": 60})
    schedules = f"/api/v1/workflows/{flow.pk}/schedules"
    mine = f"{schedules}/{trigger(flow).pk}/disable"
    assert runs.client(None).get(schedules).status_code == 401
    assert runs.client(runs.person("operator")).post(mine).status_code == 403
    stranger = runs.client(runs.person("editor", project=project("other")))
    assert (stranger.get(schedules).status_code, stranger.post(mine).status_code) == (404, 404)
    editor = runs.client(anna)
    nowhere = "/api/v1/workflows/nonsense/schedules"
    for wrong in (f"{schedules}/{trigger(other).pk}", f"{schedules}/nonsense", f"{nowhere}/x"):
        assert editor.post(f"{wrong}/enable").status_code == 404
    assert editor.get(nowhere).status_code == 404


def test_the_admin_shows_schedules_and_what_became_of_their_ticks(anna: User, client: Client):
    flow = scheduled(anna, {"everySeconds": 60})
    wrong = scenes.by_hand("no such workflow")
    pass_time(MINUTE)
    look()
    client.force_login(runs.person("editor", is_staff=True))
    listed = client.get("/admin/executions/trigger/").content.decode()
    assert scenes.row(flow).name in listed
    assert wrong.name in listed
    assert "Такого рабочего процесса нет" in listed
    page = client.get(f"/admin/executions/trigger/{trigger(flow).pk}/change/").content.decode()
    assert f"/admin/django_celery_beat/periodictask/{scenes.row(flow).pk}/change/" in page
    assert f"/admin/executions/schedulefire/?trigger__id__exact={trigger(flow).pk}" in page
    fires = client.get(f"/admin/executions/schedulefire/?trigger__id__exact={trigger(flow).pk}").content.decode()
    assert str(Execution.objects.get(workflow=flow).pk) in fires
    stranger = runs.person("editor", project=project("other"), is_staff=True)
    client.force_login(stranger)
    assert scenes.row(flow).name not in client.get("/admin/executions/trigger/").content.decode()
