from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_user
from accounts.tokens import open_session

pytestmark = pytest.mark.django_db

PASSWORD = "korova-3-moloko"
USERS = "/api/v1/users"


@pytest.fixture
def boss(api: APIClient) -> APIClient:
    admin = create_user(username="boss", password=PASSWORD, roles=["admin"])
    User.objects.bulk_create(User(username=f"user{number}", password="!") for number in range(260))
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=admin).access}")
    return api


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 50),
        ("?pageSize=10", 10),
        ("?pageSize=200", 200),
        ("?pageSize=201", 200),
        ("?pageSize=1000000000000000000000000000000", 200),
        ("?pageSize=0", 50),
        ("?pageSize=-1", 50),
        ("?pageSize=x", 50),
        ("?pageSize=1e999", 50),
        ("?page=2&pageSize=200", 61),
        ("?page=last", 11),
    ],
)
def test_a_page_has_at_most_200_rows(boss: APIClient, query: str, rows: int):
    """S3-9, S30: lists are paged and the size is clamped."""
    body = boss.get(USERS + query).json()
    assert set(body) == {"count", "next", "previous", "results"}
    assert body["count"] == 261
    assert len(body["results"]) == rows


@pytest.mark.parametrize("page", ["0", "-1", "7", "x", "1e999", "9" * 5000, "1.5", "%00", "٣٣٣٣"])
def test_a_page_that_is_not_there_is_404(boss: APIClient, page: str):
    """S30: `?page=1e999` and its like."""
    answer = boss.get(f"{USERS}?page={page}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_next_and_previous_lead_through_all_rows_once(boss: APIClient):
    seen, address = [], f"{USERS}/?pageSize=100"
    while address:
        body = boss.get(address).json()
        seen += [row["id"] for row in body["results"]]
        address = body["next"]
    assert len(seen) == len(set(seen)) == 261
    assert seen == sorted(seen)


def test_a_list_of_people_costs_the_same_queries_however_long(boss: APIClient, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        boss.get(f"{USERS}?pageSize=200")


def test_an_address_is_the_same_with_a_slash_and_a_post_keeps_its_body(api: APIClient):
    """S3-1: exact paths, with and without a trailing slash; a redirect would lose the body."""
    create_user(username="viewer", password=PASSWORD)
    body = {"username": "viewer", "password": PASSWORD}
    assert api.post("/api/v1/auth/token/", body).status_code == 200
    assert api.post("/api/v1/auth/token", body).status_code == 200
    assert api.post("/api/v1/test/echo/", {"a": 1}).json() == {"body": {"a": 1}}


def test_two_slashes_are_another_address(api: APIClient):
    assert api.post("/api/v1/test/echo//", {"a": 1}).status_code == 404


@pytest.mark.parametrize(
    "path", ["workflows", "executions", "tickets", "events", "datasets", "credentials", "alerts", "contacts"]
)
def test_a_filter_that_a_list_does_not_have_is_refused_by_name(boss: APIClient, path: str):
    """S3-9: misspelt it would give everything. The list says which it has; paging is always among them."""
    answer = boss.get(f"/api/v1/{path}?pageSize=5&satus=failed").json()
    assert (answer["code"], answer["details"]["filters"]) == ("unknown_filter", ["satus"])
    assert {"page", "pageSize"} < set(answer["details"]["known"])
    assert "satus" in answer["message"]
    assert all(name in answer["message"] for name in answer["details"]["known"])
    assert boss.get(f"/api/v1/{path}?pageSize=5").status_code == 200
