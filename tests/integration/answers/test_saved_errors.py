"""`/errors`, `/notices` and `/executions/{id}/result`: what was written down, and what people do about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Project, User
from executions.models import Execution, Notice, SavedError
from executions.services import aftercare
from tests.integration import runs
from tests.integration.executions.driving import drain

pytestmark = pytest.mark.django_db(transaction=True)

SAVE = ("save", "save-error", {"config": {"code": "bad_n", "message": "n is {{ $json.n }}"}})
BAD = ("bad", "fail")


@pytest.fixture
def api(editor: User) -> APIClient:
    return runs.client(editor)


@pytest.fixture
def editor(transactional_db: None) -> User:
    return runs.person("editor")


def saved(user: User, **given: Any) -> SavedError:
    """The error of a run that has just been worked off."""
    run = runs.finished_run(user, SAVE, ("after", "noop"), input_data=given or {"n": 1})
    return SavedError.objects.get(execution_id=run.pk)


def failed(user: User) -> SavedError:
    run = runs.finished_run(user, ("ok", "noop"), BAD, input_data={"n": 1})
    aftercare.look_after_ended()
    return SavedError.objects.get(execution_id=run.pk)


def test_errors_are_listed_with_all_that_is_known(api: APIClient, editor: User) -> None:
    """S0-16: workflow, run, node, item, error, time."""
    error = saved(editor, n=7)

    (row,) = api.get("/api/v1/errors").json()["results"]

    assert (row["code"], row["message"]) == ("bad_n", "n is 7")
    assert (row["workflowId"], row["executionId"]) == (str(error.workflow_id), str(error.execution_id))
    assert (row["nodeId"], row["input"], row["state"], row["source"]) == ("save", {"n": 7}, "open", "node")
    assert api.get(f"/api/v1/errors/{error.pk}").json() == row


def test_errors_can_be_narrowed_down(api: APIClient, editor: User) -> None:
    one, other = saved(editor), failed(editor)

    def found(**query: Any) -> list[str]:
        return [row["id"] for row in api.get("/api/v1/errors", query).json()["results"]]

    assert found() == [str(other.pk), str(one.pk)]
    assert found(source="run") == found(code="failed_on_purpose") == found(nodeId="bad") == [str(other.pk)]
    assert found(workflowId=one.workflow_id) == found(executionId=one.execution_id) == [str(one.pk)]
    assert found(createdBefore=one.at.isoformat()) == found(state="resolved") == []
    assert api.get("/api/v1/errors", {"state": "odd"}).status_code == 400


def test_a_saved_item_begins_a_new_run(api: APIClient, editor: User) -> None:
    """S0-16: replayed."""
    error = saved(editor, n=7)

    answer = api.post(f"/api/v1/errors/{error.pk}/replay", {})
    drain()

    run = Execution.objects.get(pk=answer.json()["id"])
    assert answer.status_code == 202
    assert (run.input_data, run.origin, run.retry_of_id) == ({"n": 7}, "retry", error.execution_id)
    shown = api.get(f"/api/v1/errors/{error.pk}").json()
    assert (shown["state"], shown["replayExecutionId"]) == ("replayed", str(run.pk))
    assert shown["handledBy"]["username"] == editor.username


def test_an_error_is_replayed_once(api: APIClient, editor: User) -> None:
    error = saved(editor)
    assert api.post(f"/api/v1/errors/{error.pk}/replay", {}).status_code == 202

    again = api.post(f"/api/v1/errors/{error.pk}/replay", {})

    assert (again.status_code, again.json()["code"]) == (409, "error_handled")
    assert again.json()["details"] == {"state": "replayed"}
    assert Execution.objects.count() == 2


def test_a_failed_run_goes_on_from_its_failure(api: APIClient, editor: User) -> None:
    error = failed(editor)

    answer = api.post(f"/api/v1/errors/{error.pk}/replay", {"reason": "once more"})
    assert answer.json()["id"] == str(error.execution_id)
    assert answer.json()["status"] == "running"
    drain()
    aftercare.look_after_ended()

    assert list(SavedError.objects.order_by("at").values_list("state", flat=True)) == ["replayed", "open"]


def test_a_refused_replay_leaves_the_error_open(api: APIClient, editor: User) -> None:
    error = saved(editor)

    refused = api.post(f"/api/v1/errors/{error.pk}/replay", {"way": "failed"})

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_retry")
    error.refresh_from_db()
    assert error.state == "open"


def test_an_error_without_an_item_needs_the_input_of_its_run(api: APIClient, editor: User) -> None:
    error = saved(editor, n=3)
    SavedError.objects.update(input=None)

    assert api.post(f"/api/v1/errors/{error.pk}/replay", {}).json()["code"] == "invalid"
    answer = api.post(f"/api/v1/errors/{error.pk}/replay", {"way": "input"})
    assert Execution.objects.get(pk=answer.json()["id"]).input_data == {"n": 3}


def test_an_error_outlives_its_run(api: APIClient, editor: User) -> None:
    error = saved(editor, n=3)
    SavedError.objects.update(execution_id=error.pk)  # of a run that is no longer there

    assert api.post(f"/api/v1/errors/{error.pk}/replay", {"way": "input"}).status_code == 404
    assert api.post(f"/api/v1/errors/{error.pk}/replay", {}).status_code == 202


@pytest.mark.parametrize(("verb", "state"), [("resolve", "resolved"), ("dismiss", "dismissed")])
def test_an_error_can_be_put_aside(api: APIClient, editor: User, verb: str, state: str) -> None:
    error = saved(editor)

    shown = api.post(f"/api/v1/errors/{error.pk}/{verb}", {"reason": "a test"}).json()

    assert (shown["state"], shown["reason"]) == (state, "a test")
    assert api.post(f"/api/v1/errors/{error.pk}/{verb}", {}).status_code == 409


def test_errors_of_other_projects_are_not_there(api: APIClient, editor: User) -> None:
    error = saved(editor)
    stranger = runs.client(runs.person("admin", project=Project.objects.create(code="other", name="Other")))

    assert stranger.get("/api/v1/errors").json()["count"] == 0
    assert stranger.get(f"/api/v1/errors/{error.pk}").status_code == 404
    assert stranger.post(f"/api/v1/errors/{error.pk}/dismiss", {}).status_code == 404
    assert api.get("/api/v1/errors/no-id").status_code == 404


def test_notices_are_listed_and_read(api: APIClient, editor: User) -> None:
    runs.finished_run(editor, ("n", "notify", {"config": {"title": "Spent", "severity": "warning"}}))

    (row,) = api.get("/api/v1/notices", {"seen": "false", "severity": "warning"}).json()["results"]
    assert (row["title"], row["seenAt"]) == ("Spent", None)
    seen = api.post(f"/api/v1/notices/{row['id']}/seen", {}).json()
    assert seen["seenBy"]["username"] == editor.username
    assert api.get("/api/v1/notices", {"seen": "false"}).json()["count"] == 0
    assert api.get("/api/v1/notices", {"seen": "true"}).json()["count"] == 1


def test_a_result_has_items_and_the_answer(api: APIClient, editor: User) -> None:
    run = runs.finished_run(
        editor, ("a", "respond-to-webhook", {"config": {"status": 201}}), ("b", "return"), input_data={"n": 1}
    )

    result = api.get(f"/api/v1/executions/{run.pk}/result").json()

    assert (result["status"], result["items"]) == ("succeeded", [{"n": 1}])
    assert (result["answer"]["status"], result["answer"]["body"]) == (201, {"n": 1})


def test_the_admin_replays_and_puts_aside(editor: User) -> None:
    """S0-16: listed and replayed by people without a programme."""
    one, two = saved(editor, n=1), saved(editor, n=2)
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", "korova-3-moloko"))
    page = "/admin/executions/savederror/"

    assert b"bad_n" in browser.get(page).content
    assert browser.get(f"{page}{one.pk}/change/").status_code == 200
    browser.post(page, {"action": "replay_selected", "_selected_action": [str(one.pk)]})
    browser.post(page, {"action": "dismiss_selected", "_selected_action": [str(two.pk)]})

    assert dict(SavedError.objects.values_list("pk", "state")) == {one.pk: "replayed", two.pk: "dismissed"}


def test_the_admin_shows_notices(editor: User) -> None:
    runs.finished_run(editor, ("n", "notify", {"config": {"title": "Spent"}}))
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", "korova-3-moloko"))
    page = "/admin/executions/notice/"

    assert b"Spent" in browser.get(page).content
    browser.post(page, {"action": "see_selected", "_selected_action": [str(Notice.objects.get().pk)]})
    assert Notice.objects.get().seen_at is not None
