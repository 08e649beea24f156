from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts import services
from tests.integration.accounts.conftest import PASSWORD, Caller, People

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"


@pytest.mark.parametrize("role", ["viewer", "operator", "editor", "admin"])
def test_everybody_sees_themselves(person: People, call: Caller, role: str):
    body = call(person(role, name="Я")).get(ME).json()
    project = services.default_project()
    assert body["username"] == role
    assert body["roles"] == [role]
    assert body["projects"] == [{"id": project.pk, "code": "default", "name": project.name, "role": role}]
    assert "password" not in body


def test_a_person_without_a_role_sees_themselves_too(person: People, call: Caller):
    body = call(person("executor", roles=[])).get(ME).json()
    assert body["roles"] == []
    assert body["projects"] == []


def test_people_change_their_own_data_and_not_their_rights(person: People, call: Caller):
    api = call(person("viewer"))
    answer = api.patch(ME, {"name": "Вера", "language": "en", "timeZone": "America/Sao_Paulo"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["timeZone"]) == ("Вера", "America/Sao_Paulo")
    for change in ({"roles": ["admin"]}, {"isStaff": True}, {"telegramId": 5}, {"username": "root"}):
        refused = api.patch(ME, change)
        assert refused.status_code == 400
        assert refused.json()["code"] == "read_only_field"
    assert api.patch(ME, {"isActive": False}).json()["code"] == "unknown_field"


def test_what_was_read_can_be_written_back(person: People, call: Caller):
    api = call(person("viewer"))
    body = api.get(ME).json()
    assert api.patch(ME, body).json() == body


def test_a_new_password_needs_the_present_one_and_ends_all_log_ins(person: People, call: Caller):
    """S17: after the change even the token that made it is 401."""
    user = person("viewer")
    api, other = call(user), call(user)
    wrong = api.patch(ME, {"password": "loshad-4-seno", "currentPassword": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    missing = api.patch(ME, {"password": "loshad-4-seno"})
    assert missing.json()["code"] == "wrong_password"
    assert api.patch(ME, {"password": "loshad-4-seno", "currentPassword": PASSWORD}).status_code == 200
    assert api.get(ME).status_code == 401
    assert other.get(ME).status_code == 401
    log_in = {"username": "viewer", "password": "loshad-4-seno"}
    assert APIClient().post("/api/v1/auth/token", log_in).status_code == 200


def test_a_stolen_token_is_no_way_to_guess_the_password(person: People, call: Caller):
    api = call(person("viewer"))
    for _guess in range(5):
        api.patch(ME, {"password": "loshad-4-seno", "currentPassword": "wrong"})
    answer = api.patch(ME, {"password": "loshad-4-seno", "currentPassword": PASSWORD})
    assert answer.status_code == 429


def test_without_a_token_there_is_nobody(db: None):
    """S3-3: 401 without a token."""
    answer = APIClient().get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Basic YTpi", "Token x", "bearer", "x" * 10_000])
def test_an_odd_header_is_401(db: None, header: str):
    assert APIClient().get(ME, HTTP_AUTHORIZATION=header).status_code == 401
