"""Replacing and publishing workflows over the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_user, default_project
from tests.integration.workflows.conftest import Speaker, broken, two_nodes
from workflows import services
from workflows.errors import StaleVersion
from workflows.models import Node, Workflow, WorkflowVersion


def put(api: APIClient, workflow: dict[str, Any], *, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    """PUT with what is needed and nothing else."""
    body = {"name": workflow["name"], "definition": workflow["definition"], **changes}
    return api.put(f"/api/v1/workflows/{workflow['id']}", body, headers=headers)


def test_a_replacement_is_a_new_version_that_runs_at_once(api: APIClient, created: dict[str, Any]) -> None:
    """S3-10: PUT replaces everything; what is not said is as it is in a new workflow."""
    definition = two_nodes()
    definition["nodes"].pop()
    definition["edges"] = []

    answer = put(api, created, name="Другой", definition=definition, description="d", priority=9)

    assert answer.status_code == 200
    found = answer.json()
    assert (found["name"], found["description"], found["priority"]) == ("Другой", "d", 9)
    assert found["definition"] == definition
    assert (found["version"], found["publishedVersion"], found["status"]) == (2, 2, "published")
    assert found["code"] == created["code"]
    again = put(api, created).json()
    assert (again["description"], again["priority"], again["version"]) == ("", 5, 3)


def test_a_replacement_needs_a_name_and_a_definition(api: APIClient, created: dict[str, Any]) -> None:
    address = f"/api/v1/workflows/{created['id']}"

    assert api.put(address, {"name": "A"}).status_code == 400
    assert api.put(address, {"definition": two_nodes()}).status_code == 400
    assert api.put(address, {"name": "A", "definition": {}}).status_code == 400
    assert api.get(address).json() == created


def test_with_faults_the_published_version_goes_on_running(
    api: APIClient, created: dict[str, Any], editor: User
) -> None:
    answer = put(api, created, definition=broken())

    found = answer.json()
    assert answer.status_code == 200
    assert (found["version"], found["publishedVersion"], found["status"]) == (2, 1, "draft")
    assert found["definition"] == broken()
    assert len(found["problems"]) >= 4
    target = services.startable(UUID(created["id"]), editor)
    assert WorkflowVersion.objects.get(id=target.version_id).number == 1


def test_a_draft_changes_nothing_that_runs(api: APIClient, created: dict[str, Any]) -> None:
    found = put(api, created, draft=True).json()

    assert (found["version"], found["publishedVersion"], found["status"]) == (2, 1, "draft")


def test_a_stale_version_is_a_conflict(api: APIClient, created: dict[str, Any]) -> None:
    """S3-10: `version` of the body is the optimistic lock."""
    assert put(api, created, version=1).status_code == 200

    refused = put(api, created, version=1)

    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    assert refused.json()["details"] == {"version": 2}
    assert put(api, created, version=2).status_code == 200


def test_a_stale_etag_fails_the_precondition(api: APIClient, created: dict[str, Any]) -> None:
    """S3-10: so is `If-Match` with the ETag that GET gave."""
    tag = api.get(f"/api/v1/workflows/{created['id']}").headers["ETag"]

    first = put(api, created, headers={"If-Match": tag})
    second = put(api, created, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"] != tag
    assert put(api, created, headers={"If-Match": f'"nothing", {first.headers["ETag"]}'}).status_code == 200
    assert put(api, created, headers={"If-Match": "*"}).status_code == 200


def test_only_what_was_seen_is_published(api: APIClient, created: dict[str, Any]) -> None:
    """Somebody else's save comes between the look at the gate and the word: it is told and not let in unseen."""
    seen = put(api, created, draft=True).headers["ETag"]
    newer = put(api, created, draft=True).headers["ETag"]
    address = f"/api/v1/workflows/{created['id']}/publish"

    refused = api.post(address, headers={"If-Match": seen})

    assert (refused.status_code, refused.json()["details"]) == (412, {"version": 3})
    assert api.get(f"/api/v1/workflows/{created['id']}").json()["publishedVersion"] == 1
    assert api.post(address, headers={"If-Match": newer}).json()["publishedVersion"] == 3
    assert api.post(address).status_code == 200


def test_what_was_read_can_be_written_back(api: APIClient, created: dict[str, Any]) -> None:
    answer = api.put(f"/api/v1/workflows/{created['id']}", created)

    assert answer.status_code == 200
    assert {**answer.json(), "version": 1, "publishedVersion": 1, "updatedAt": created["updatedAt"]} == created


@pytest.mark.parametrize(
    "change",
    [
        {"status": "draft"},
        {"id": "0195f0a0-0000-7000-8000-000000000000"},
        {"createdAt": "2020-01-01T00:00:00Z"},
        {"publishedVersion": 7},
        {"problems": [{}]},
    ],
)
def test_a_field_that_is_only_read_cannot_be_changed(api: APIClient, created: dict[str, Any], change: Any) -> None:
    assert put(api, created, **change).status_code == 400


def test_what_was_read_before_somebody_saved_is_a_conflict(api: APIClient, created: dict[str, Any]) -> None:
    put(api, created, definition=broken())

    assert api.put(f"/api/v1/workflows/{created['id']}", created).status_code == 409


def test_a_code_can_be_changed_but_not_taken(api: APIClient, created: dict[str, Any]) -> None:
    other = api.post("/api/v1/workflows", {"name": "B"}).json()

    assert put(api, created, code="report").json()["code"] == "report"
    assert put(api, created, code=other["code"]).status_code == 409
    assert api.get(f"/api/v1/workflows/{created['id']}").json()["version"] == 2


def test_nodes_are_kept_for_the_newest_and_the_running_version_only(api: APIClient, created: dict[str, Any]) -> None:
    for _ in range(3):
        put(api, created, draft=True)

    numbers = Node.objects.filter(version__workflow_id=created["id"]).values_list("version__number", flat=True)
    assert sorted(set(numbers)) == [1, 4]
    api.post(f"/api/v1/workflows/{created['id']}/publish")
    put(api, created)
    assert set(numbers.all()) == {5}


def test_a_draft_without_errors_is_published(api: APIClient, created: dict[str, Any]) -> None:
    put(api, created, draft=True)

    published = api.post(f"/api/v1/workflows/{created['id']}/publish")

    assert published.status_code == 200
    assert (published.json()["publishedVersion"], published.json()["status"]) == (2, "published")
    assert api.post(f"/api/v1/workflows/{created['id']}/publish").status_code == 200


def test_faults_are_not_published(api: APIClient, created: dict[str, Any]) -> None:
    put(api, created, definition=broken())

    refused = api.post(f"/api/v1/workflows/{created['id']}/publish")

    assert (refused.status_code, refused.json()["code"]) == (422, "definition_invalid")
    assert len(refused.json()["details"]["problems"]) >= 4
    assert api.get(f"/api/v1/workflows/{created['id']}").json()["publishedVersion"] == 1


def test_foreign_workflows_are_as_good_as_none(created: dict[str, Any], stranger: User, speaking: Speaker) -> None:
    """S3-3: another project's objects are 404, whatever one wants of them."""
    api, address = speaking(stranger), f"/api/v1/workflows/{created['id']}"

    answers = [
        api.get(address),
        put(api, created),
        api.delete(address),
        *(
            api.post(f"{address}/{verb}")
            for verb in ("validate", "duplicate", "publish", "unpublish", "versions/1/restore")
        ),
        *(api.get(f"{address}/{what}") for what in ("versions", "versions/1", "versions/diff?from=1&to=1")),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert {answer.json()["code"] for answer in answers} == {"not_found"}


def test_who_may_only_look_may_not_change(created: dict[str, Any], viewer: User, speaking: Speaker) -> None:
    api, address = speaking(viewer), f"/api/v1/workflows/{created['id']}"

    assert api.get(address).status_code == 200
    assert api.post(f"{address}/validate").status_code == 200
    assert put(api, created).status_code == 403
    assert api.delete(address).status_code == 403
    for verb in ("duplicate", "publish", "unpublish", "versions/1/restore"):
        assert api.post(f"{address}/{verb}").status_code == 403


@pytest.mark.parametrize("name", ["nonsense", "0195f0a0-0000-7000-8000-000000000000", "1"])
def test_a_workflow_that_is_not_there_is_not_found(api: APIClient, name: str) -> None:
    assert api.get(f"/api/v1/workflows/{name}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told() -> None:
    """S3-10: two replacements of the same version race; one is saved, the other is a conflict."""
    default_project()
    user = create_user(username="two", password=None, roles=["editor"])
    particulars = services.Particulars(name="A")
    workflow = services.create_workflow(user=user, particulars=particulars, definition=two_nodes())
    together = Barrier(2)

    def save() -> str:
        try:
            together.wait(timeout=10)
            services.replace_workflow(
                workflow_id=workflow.id,
                user=user,
                particulars=particulars,
                definition=two_nodes(),
                expected=services.Expected(version=1),
            )
        except StaleVersion:
            return "stale"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = [future.result() for future in [pool.submit(save), pool.submit(save)]]

    assert sorted(outcomes) == ["saved", "stale"]
    assert Workflow.objects.get(id=workflow.id).version == 2
    assert WorkflowVersion.objects.filter(workflow=workflow).count() == 2


@pytest.mark.django_db(transaction=True)
def test_codes_given_at_once_differ() -> None:
    default_project()
    user = create_user(username="many", password=None, roles=["editor"])

    def make(_place: int) -> str:
        try:
            return services.create_workflow(user=user, particulars=services.Particulars(name="A"), definition=None).code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(make, range(8)))

    assert sorted(codes) == [f"WF-{number:02d}" for number in range(1, 9)]
