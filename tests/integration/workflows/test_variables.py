"""Variables of a project over the API: who reads and who writes them."""

from __future__ import annotations

import pytest

from tests.integration.runs import client, person

ADDRESS = "/api/v1/variables"

pytestmark = pytest.mark.django_db


def test_an_editor_makes_changes_and_deletes_a_variable() -> None:
    api = client(person("editor"))

    made = api.post(ADDRESS, {"key": "shop", "value": {"id": 5}})
    one = f"{ADDRESS}/{made.json()['id']}"

    assert (made.status_code, made.json()["value"]) == (201, {"id": 5})
    assert api.put(one, {"key": "shop", "value": [1, None]}).json()["value"] == [1, None]
    assert [row["key"] for row in api.get(ADDRESS).json()["results"]] == ["shop"]
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_a_viewer_reads_variables_and_does_not_write_them() -> None:
    made = client(person("editor")).post(ADDRESS, {"key": "shop", "value": None})
    api = client(person("viewer"))

    assert api.get(f"{ADDRESS}/{made.json()['id']}").status_code == 200
    assert api.post(ADDRESS, {"key": "other", "value": 1}).status_code == 403
    assert api.delete(f"{ADDRESS}/{made.json()['id']}").status_code == 403


def test_a_name_is_taken_once_and_is_one_that_expressions_can_say() -> None:
    api = client(person("editor"))
    api.post(ADDRESS, {"key": "shop", "value": 1})

    assert api.post(ADDRESS, {"key": "shop", "value": 2}).status_code == 409
    assert api.post(ADDRESS, {"key": "my shop", "value": 2}).status_code == 400
    assert api.post(ADDRESS, {"key": "large", "value": "x" * 100_001}).status_code == 422


def test_all_values_together_have_a_limit() -> None:
    """A step that names one variable is given all of them."""
    api = client(person("editor"))
    answers = [api.post(ADDRESS, {"key": f"v{number}", "value": "x" * 99_000}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [422]
    first = f"{ADDRESS}/{answers[0].json()['id']}"
    assert api.put(first, {"key": "v0", "value": "y" * 99_000}).status_code == 200
