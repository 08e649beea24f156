from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts import services, tokens
from accounts.models import Membership, Project, User
from accounts.roles import Role
from tests.integration.accounts.conftest import PASSWORD, Caller, People

pytestmark = pytest.mark.django_db

USERS = "/api/v1/users"
NEW = {"username": "anna", "password": PASSWORD, "roles": ["operator"]}


def test_an_admin_makes_a_person_who_can_log_in(admin: APIClient):
    answer = admin.post(USERS, {**NEW, "name": "Анна", "language": "pt-br", "timeZone": "Europe/Lisbon"})
    assert answer.status_code == 201
    body = answer.json()
    assert body == {
        "id": body["id"],
        "username": "anna",
        "name": "Анна",
        "email": "",
        "phone": None,
        "phoneVerifiedAt": None,
        "language": "pt-br",
        "timeZone": "Europe/Lisbon",
        "createdAt": body["createdAt"],
        "telegramId": None,
        "roles": ["operator"],
        "isActive": True,
    }
    assert isinstance(body["id"], int)
    assert APIClient().post("/api/v1/auth/token", {"username": "anna", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("roles", "kept"),
    [
        ([], []),
        (["viewer"], ["viewer"]),
        (["viewer", "admin", "operator"], ["admin"]),
        (["editor", "editor"], ["editor"]),
    ],
)
def test_of_several_roles_the_highest_counts_and_none_is_legal(admin: APIClient, roles: list[str], kept: list[str]):
    answer = admin.post(USERS, {**NEW, "roles": roles})
    assert answer.status_code == 201
    assert answer.json()["roles"] == kept


def test_without_roles_a_person_has_none(admin: APIClient):
    answer = admin.post(USERS, {"username": "anna", "password": PASSWORD})
    assert answer.json()["roles"] == []


@pytest.mark.parametrize(
    "roles", [["owner"], ["VIEWER"], ["viewer", "root"], "viewer", None, [None], [1], [["viewer"]], {"viewer": True}]
)
def test_other_roles_are_400_and_nobody_is_made(admin: APIClient, roles: object):
    answer = admin.post(USERS, {**NEW, "roles": roles})
    assert answer.status_code == 400
    assert "roles" in answer.json()["details"]["fields"]
    assert not User.objects.filter(username="anna").exists()


@pytest.mark.parametrize("taken", ["anna", "ANNA"])
def test_a_login_is_given_once_in_any_case(admin: APIClient, taken: str):
    admin.post(USERS, NEW)
    answer = admin.post(USERS, {**NEW, "username": taken})
    assert answer.status_code == 409
    assert answer.json()["code"] == "login_taken"


@pytest.mark.parametrize("password", ["", "short", "12345678901", "password123", "anna-anna", "x" * 1025, None, 5])
def test_a_weak_password_is_400(admin: APIClient, password: object):
    answer = admin.post(USERS, {**NEW, "username": "anna-anna", "password": password})
    assert answer.status_code == 400
    assert "password" in answer.json()["details"]["fields"]


@pytest.mark.parametrize(
    "field", ["isStaff", "is_staff", "isSuperuser", "owner", "status", "role", "version", "tokenVersion"]
)
def test_a_field_that_is_not_named_cannot_be_set(admin: APIClient, field: str):
    """S24: mass assignment."""
    answer = admin.post(USERS, {**NEW, field: True})
    assert answer.status_code == 400
    assert answer.json()["code"] == "unknown_field"
    assert answer.json()["details"]["fields"] == [field]


@pytest.mark.parametrize("field", ["id", "createdAt", "phoneVerifiedAt"])
def test_a_read_only_field_cannot_be_set(admin: APIClient, field: str):
    answer = admin.post(USERS, {**NEW, field: "2020-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "read_only_field"


def test_what_was_read_can_be_written_back(admin: APIClient, person: People):
    user = person("editor")
    body = admin.get(f"{USERS}/{user.pk}").json()
    answer = admin.patch(f"{USERS}/{user.pk}", body)
    assert answer.status_code == 200
    assert answer.json() == body
    changed = admin.patch(f"{USERS}/{user.pk}", {**body, "id": user.pk + 1})
    assert changed.status_code == 400
    assert changed.json()["details"]["fields"] == ["id"]


def test_an_admin_changes_a_person(admin: APIClient, person: People):
    user = person("viewer")
    answer = admin.patch(
        f"{USERS}/{user.pk}", {"name": "Борис", "roles": ["editor"], "telegramId": 77, "phone": "+79001234567"}
    )
    assert answer.status_code == 200
    assert answer.json()["roles"] == ["editor"]
    assert answer.json()["telegramId"] == 77
    user.refresh_from_db()
    assert (user.name, user.telegram_id, user.phone) == ("Борис", 77, "+79001234567")


def test_a_changed_phone_has_to_be_verified_again(admin: APIClient, person: People):
    user = person("viewer")
    User.objects.filter(pk=user.pk).update(phone="+79001234567", phone_verified_at="2026-01-01T00:00:00Z")
    assert admin.patch(f"{USERS}/{user.pk}", {"phone": "+79001234567"}).json()["phoneVerifiedAt"]
    assert admin.patch(f"{USERS}/{user.pk}", {"phone": "+79007654321"}).json()["phoneVerifiedAt"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"timeZone": "Mars/Olympus"},
        {"language": "de"},
        {"telegramId": "x"},
        {"telegramId": 10**18},
        {"phone": "8-900"},
        {"email": "nobody"},
        {"name": "x" * 256},
        {"isActive": "maybe"},
    ],
)
def test_a_value_out_of_range_is_400_with_its_field(admin: APIClient, person: People, change: dict):
    answer = admin.patch(f"{USERS}/{person('viewer').pk}", change)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["details"]["fields"]) == list(change)


def test_two_people_cannot_have_one_telegram(admin: APIClient, person: People):
    person("viewer", telegram_id=77)
    answer = admin.patch(f"{USERS}/{person('editor').pk}", {"telegramId": 77})
    assert answer.status_code == 409
    assert answer.json()["code"] == "telegram_taken"


def test_deleting_a_person_closes_their_way_in_and_keeps_them(admin: APIClient, person: People):
    """S17: a deactivated person is 401 from the next request on."""
    user = person("editor")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
    assert admin.delete(f"{USERS}/{user.pk}").status_code == 204
    assert api.get("/api/v1/me").status_code == 401
    assert admin.get(f"{USERS}/{user.pk}").json()["isActive"] is False
    assert admin.patch(f"{USERS}/{user.pk}", {"isActive": True}).status_code == 200
    assert api.get("/api/v1/me").status_code == 401, "a token from before does not come alive again"


def test_the_last_admin_stays(admin: APIClient):
    me = admin.get("/api/v1/me").json()["id"]
    for answer in (
        admin.delete(f"{USERS}/{me}"),
        admin.patch(f"{USERS}/{me}", {"roles": ["editor"]}),
        admin.patch(f"{USERS}/{me}", {"isActive": False}),
    ):
        assert answer.status_code == 409
        assert answer.json()["code"] == "last_admin"
    assert admin.get("/api/v1/me").json()["roles"] == ["admin"]


def test_a_superuser_is_out_of_reach_of_a_project_admin(admin: APIClient):
    """S23: whoever sets a password can log in as its owner."""
    root = User.objects.create_superuser("root", PASSWORD)
    for answer in (
        admin.patch(f"{USERS}/{root.pk}", {"password": "loshad-4-seno"}),
        admin.delete(f"{USERS}/{root.pk}"),
    ):
        assert answer.status_code == 403
        assert answer.json()["code"] == "forbidden"
    root.refresh_from_db()
    assert root.check_password(PASSWORD)


def test_a_member_of_a_foreign_project_is_out_of_reach_too(admin: APIClient, person: People):
    user = person("viewer")
    foreign = Project.objects.create(code="foreign", name="Чужой")
    services.set_role(user=user, role=Role.ADMIN, project=foreign)
    assert admin.patch(f"{USERS}/{user.pk}", {"password": "loshad-4-seno"}).status_code == 403


def test_an_admin_of_another_project_sees_only_its_people(person: People, call: Caller):
    project = Project.objects.create(code="second", name="Второй")
    boss, member, stranger = person("boss", []), person("member", []), person("viewer")
    services.set_role(user=boss, role=Role.ADMIN, project=project)
    services.set_role(user=member, role=Role.VIEWER, project=project)
    api = call(boss)
    assert {row["username"] for row in api.get(USERS).json()["results"]} == {"boss", "member"}
    assert api.get(f"{USERS}/{stranger.pk}").status_code == 404
    assert api.patch(f"{USERS}/{member.pk}", {"name": "Я"}).status_code == 200
    assert api.patch(f"{USERS}/{member.pk}", {"roles": ["admin"]}).status_code == 403
    assert api.post(USERS, NEW).status_code == 403
    assert not Membership.objects.filter(user=member, project=services.default_project()).exists()


@pytest.mark.parametrize("address", ["0", "999999999", "x", "1e3", "-1", "1.5", "9" * 30, "%00"])
def test_an_unknown_person_is_404(admin: APIClient, address: str):
    answer = admin.get(f"{USERS}/{address}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
