from __future__ import annotations

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts import clock, services
from accounts.models import ServiceAccount, User

pytestmark = pytest.mark.django_db

ACCOUNTS = "/api/v1/service-accounts"


def with_token(token: str) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def test_a_programme_gets_a_token_that_is_shown_once(admin: APIClient):
    made = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["admin"], "termDays": 30})
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    token = made.json()["token"]
    assert with_token(token).get("/api/v1/me").json()["roles"] == ["admin"]
    assert with_token(token).get("/api/v1/users").status_code == 200
    listed = admin.get(ACCOUNTS).json()["results"]
    assert [row["name"] for row in listed] == ["Выгрузка"]
    assert "token" not in listed[0]
    assert token not in admin.get(f"{ACCOUNTS}/{made.json()['id']}").content.decode()


def test_its_role_is_all_it_may(admin: APIClient):
    token = admin.post(ACCOUNTS, {"name": "Смотритель", "roles": ["viewer"]}).json()["token"]
    assert with_token(token).get("/api/v1/users").status_code == 403


def test_a_revoked_token_is_401_and_the_account_stays_in_the_list(admin: APIClient):
    made = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]}).json()
    assert admin.delete(f"{ACCOUNTS}/{made['id']}").status_code == 204
    assert with_token(made["token"]).get("/api/v1/me").status_code == 401
    assert admin.get(f"{ACCOUNTS}/{made['id']}").json()["revokedAt"] is not None
    again = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]})
    assert again.status_code == 201, "the name is free again"
    assert with_token(made["token"]).get("/api/v1/me").status_code == 401


def test_a_token_ends_with_its_term(admin: APIClient):
    token = admin.post(ACCOUNTS, {"name": "Час", "roles": ["viewer"], "termSeconds": 3600}).json()["token"]
    clock.shift(connection, 3590)
    assert with_token(token).get("/api/v1/me").status_code == 200
    clock.shift(connection, 3605)
    assert with_token(token).get("/api/v1/me").status_code == 401


def test_a_shortened_term_counts_although_the_token_says_otherwise(admin: APIClient):
    token = admin.post(ACCOUNTS, {"name": "Год", "roles": ["viewer"]}).json()["token"]
    ServiceAccount.objects.update(expires_at=clock.Clock())
    assert with_token(token).get("/api/v1/me").status_code == 401


def test_it_cannot_log_in_or_out_nor_be_refreshed(admin: APIClient):
    made = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]}).json()
    assert APIClient().post("/api/v1/auth/token/refresh", {"refresh": made["token"]}).status_code == 401
    assert with_token(made["token"]).post("/api/v1/auth/logout").status_code == 401
    assert with_token(made["token"]).get("/api/v1/me").status_code == 200


def test_the_user_behind_it_is_no_person(admin: APIClient):
    admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["admin"]})
    user = User.objects.get(service_account__name="Выгрузка")
    assert "Выгрузка" not in [row["name"] for row in admin.get("/api/v1/users").json()["results"]]
    assert admin.get(f"/api/v1/users/{user.pk}").status_code == 404
    assert not user.has_usable_password()


def test_a_programme_that_is_admin_does_not_count_as_the_last_admin(admin: APIClient):
    admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["admin"]})
    me = admin.get("/api/v1/me").json()["id"]
    assert admin.delete(f"/api/v1/users/{me}").status_code == 409


def test_two_in_force_cannot_have_one_name(admin: APIClient):
    admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]})
    answer = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert User.objects.exclude(service_account=None).count() == 1


@pytest.mark.parametrize(
    "change",
    [{"roles": ["root"]}, {"termDays": 0}, {"termDays": 10**6}, {"termSeconds": -5}, {"name": ""}, {"roles": None}],
)
def test_a_term_or_role_out_of_range_is_400(admin: APIClient, change: dict):
    answer = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"], **change})
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == list(change)


def test_a_term_is_given_in_one_unit(admin: APIClient):
    answer = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"], "termDays": 1, "termSeconds": 1})
    assert answer.status_code == 400


def test_revoking_twice_changes_nothing(admin: APIClient):
    made = admin.post(ACCOUNTS, {"name": "Выгрузка", "roles": ["viewer"]}).json()
    account = ServiceAccount.objects.get(pk=made["id"])
    services.revoke_service_account(account=account)
    first = account.revoked_at
    services.revoke_service_account(account=account)
    assert account.revoked_at == first
