from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts import services
from accounts.errors import Forbidden
from accounts.models import Project, User
from accounts.roles import ACTIONS, Role, allows
from tests.integration.accounts.conftest import PASSWORD, Caller, People

pytestmark = pytest.mark.django_db

WHO = ["anonymous", "nobody", "viewer", "operator", "editor", "admin"]
NEW_ACCOUNT = {"name": "Выгрузка", "roles": ["viewer"]}
NEW_USER = {"username": "new", "password": PASSWORD, "roles": []}
# method, address, body, statuses in the order of WHO
MATRIX = [
    ("get", "/me", None, [401, 200, 200, 200, 200, 200]),
    ("patch", "/me", {"name": "Я"}, [401, 200, 200, 200, 200, 200]),
    ("get", "/users", None, [401, 403, 403, 403, 403, 200]),
    ("post", "/users", NEW_USER, [401, 403, 403, 403, 403, 201]),
    ("get", "/users/{user}", None, [401, 403, 403, 403, 403, 200]),
    ("patch", "/users/{user}", {"name": "Он"}, [401, 403, 403, 403, 403, 200]),
    ("delete", "/users/{user}", None, [401, 403, 403, 403, 403, 204]),
    ("put", "/users/{user}", {}, [401, 405, 405, 405, 405, 405]),
    ("get", "/service-accounts", None, [401, 403, 403, 403, 403, 200]),
    ("post", "/service-accounts", NEW_ACCOUNT, [401, 403, 403, 403, 403, 201]),
    ("get", "/service-accounts/{account}", None, [401, 403, 403, 403, 403, 200]),
    ("delete", "/service-accounts/{account}", None, [401, 403, 403, 403, 403, 204]),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), MATRIX, ids=lambda value: str(value)[:30])
def test_every_address_opens_to_the_roles_of_the_table(
    person: People, call: Caller, method: str, path: str, body: object, statuses: list[int]
):
    """S3-22: route x role. S3-3: 401 without a token, 403 by role."""
    target = person("target", roles=["viewer"])
    account = services.create_service_account(name="Старый", roles=["viewer"], term=timedelta(days=1), created_by=None)
    address = "/api/v1" + path.format(user=target.pk, account=account.pk)
    answers = []
    for who in WHO:
        api = APIClient() if who == "anonymous" else call(person(who, roles=[who] if who in list(Role) else []))
        answers.append(getattr(api, method)(address, body))
    assert [answer.status_code for answer in answers] == statuses
    for answer in answers:
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "details"}


@pytest.mark.parametrize("role", [None, *Role])
def test_a_membership_gives_its_role_in_its_project_only(person: People, role: Role | None):
    user = person("somebody", roles=[role] if role else [])
    mine, other = services.default_project(), Project.objects.create(code="other", name="Другой")
    assert services.role_in(user, mine.pk) is role
    for action in ACTIONS:
        allowed = allows(role, action)
        assert services.project_ids(user, action=action) == ([mine.pk] if allowed else [])
        assert is_allowed(user, action, mine) is allowed
        assert not is_allowed(user, action, other)


def is_allowed(user: User, action: str, project: Project) -> bool:
    try:
        services.require(user, action, project.pk)
    except Forbidden:
        return False
    return True


def test_a_superuser_is_admin_everywhere(db: None):
    root = User.objects.create_superuser("root", PASSWORD)
    other = Project.objects.create(code="other", name="Другой")
    assert services.role_in(root, other.pk) is Role.ADMIN
    assert other.pk in services.project_ids(root, action="user.manage")


def test_a_deactivated_or_anonymous_person_has_no_role(person: People):
    user = person("admin", is_active=False)
    project = services.default_project()
    for nobody in (user, None):
        assert services.role_in(nobody, project.pk) is None
        assert services.project_ids(nobody, action="workflow.view") == []


def test_there_is_always_a_default_project(db: None):
    Project.objects.all().delete()
    assert services.default_project() == services.default_project() == Project.objects.get(code="default")
