"""The trail: who changed what by the pages and by the API, with secrets left out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts import clock, services, tokens, trail
from accounts.models import Project, User
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.tickets import desk
from workflows.models import Variable

pytestmark = pytest.mark.django_db

SECRET = "sekret-7f3a9c51"


@pytest.fixture
def editor() -> User:
    return runs.person("editor")


@pytest.fixture
def admin() -> User:
    return runs.person("admin", is_staff=True)


@pytest.fixture
def as_installed(db: None) -> None:
    """The tests' own way of emptying tables is barred, too (`tests/conftest.py`)."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auditlog_logentry ENABLE TRIGGER keep_whole_trail")


def api(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
    return client


def lines(model: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(content_type__model=model).order_by("id"))


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(user)
    return client


def test_a_change_by_the_api_names_the_owner_of_the_token_and_the_address(editor: User) -> None:
    answer = api(editor).post(
        "/api/v1/variables", {"key": "limit", "value": SECRET}, headers={"x-forwarded-for": "198.51.100.9"}
    )
    assert answer.status_code == 201, answer.content
    line = lines("variable")[-1]
    assert (line.actor, line.action, line.remote_addr) == (editor, LogEntry.Action.CREATE, "127.0.0.1")
    assert line.changes_dict["key"] == ["None", "limit"]
    assert line.changes_dict["value"] == [trail.HIDDEN, trail.HIDDEN]


def test_a_workflow_is_followed_from_its_making_to_its_end(editor: User) -> None:
    """Publishing and deleting are conditional UPDATEs, of which no row tells by itself."""
    client = api(editor)
    made = client.post(
        "/api/v1/workflows",
        {
            "code": "WF-77",
            "name": "Отчёт",
            "definition": driving.definition([("a", "noop"), ("b", "noop")], [("a", "b")]),
        },
    )
    assert made.status_code == 201, made.content
    address = f"/api/v1/workflows/{made.json()['id']}"
    assert client.delete(address, headers={"if-match": made.headers["ETag"]}).status_code == 204
    told = lines("workflow")
    assert {line.actor for line in told} == {editor}
    assert told[0].action == LogEntry.Action.CREATE
    assert [field for line in told[1:] for field in line.changes_dict] == ["active_version", "deleted_at"]
    assert told[1].changes_dict["active_version"] == ["None", "v001"]


def test_what_changed_is_told_in_words_and_not_as_the_table_keeps_it(admin: User) -> None:
    driving.workflow(admin, driving.definition([("a", "noop")], []))
    desk.category()
    page = browser(admin).get("/admin/auditlog/logentry/").content.decode()
    assert "→ Да" in page
    assert "→ Обычный" in page
    assert "→ True" not in page
    assert "→ flow" not in page


def test_of_a_credential_everything_is_told_but_what_it_keeps(admin: User) -> None:
    client = api(admin)
    made = client.post(
        "/api/v1/credentials",
        {"name": "Магазин", "kind": "bearer", "value": SECRET, "hosts": ["api.example.org"]},
    )
    assert made.status_code == 201, made.content
    address = f"/api/v1/credentials/{made.json()['id']}"
    assert client.patch(address, {"value": f"{SECRET}-2", "name": "Склад"}).status_code == 200
    assert client.patch(address, {"revoked": True}).status_code == 200
    fields = {field for line in lines("credential") for field in line.changes_dict}
    assert {"name", "secret", "revoked_at"} <= fields
    everything = json.dumps(list(LogEntry.objects.values("changes", "object_repr", "additional_data")), default=str)
    assert SECRET not in everything


def test_roles_and_passwords_are_told_without_the_passwords(admin: User) -> None:
    client = api(admin)
    made = client.post("/api/v1/users", {"username": "vera", "password": SECRET, "roles": ["viewer"]})
    assert made.status_code == 201, made.content
    line = lines("user")[-1]
    assert line.changes_dict["password"] == [trail.HIDDEN, trail.HIDDEN]
    assert lines("membership")[-1].changes_dict["role"] == ["None", "viewer"]
    assert "phone" not in line.changes_dict
    for secret in (SECRET, User.objects.get(username="vera").password):
        assert secret not in json.dumps(line.changes)


def test_a_revoked_service_account_is_told(admin: User) -> None:
    account = services.create_service_account(name="robot", roles=["viewer"], term=timedelta(days=1), created_by=admin)
    assert api(admin).delete(f"/api/v1/service-accounts/{account.pk}").status_code == 204
    line = lines("serviceaccount")[-1]
    assert line.actor == admin
    assert line.changes_dict["revoked_at"][0] == "None"


def test_a_change_on_a_page_is_told_and_the_page_of_the_trail_shows_it(admin: User) -> None:
    root = User.objects.create_superuser("auditor", "long-enough-47")
    browser(root).post("/admin/accounts/project/add/", {"code": "new", "name": "Новый проект"})
    page = browser(admin).get("/admin/auditlog/logentry/").content.decode()
    assert "Новый проект" in page
    assert "auditor" in page
    assert "создано" in page


def test_nobody_changes_the_trail_and_only_admins_read_it(admin: User) -> None:
    client = browser(admin)
    assert client.get("/admin/auditlog/logentry/add/").status_code == 403
    line = LogEntry.objects.latest("id")
    assert client.post(f"/admin/auditlog/logentry/{line.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/auditlog/logentry/{line.pk}/change/", {"object_repr": "x"}).status_code == 403
    for role in ("viewer", "operator", "editor"):
        assert browser(runs.person(role, is_staff=True)).get("/admin/auditlog/logentry/").status_code == 403


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditlog_logentry SET changes = '{}'",
        "UPDATE auditlog_logentry SET actor_id = (SELECT max(id) FROM users)",
        "UPDATE auditlog_logentry SET timestamp = '2020-01-01'",
        "DELETE FROM auditlog_logentry",
        "TRUNCATE auditlog_logentry",
        "TRUNCATE users CASCADE",
    ],
)
def test_the_database_itself_takes_back_no_line(as_installed: None, admin: User, statement: str) -> None:
    """S39: the table is only added to: UPDATE, DELETE and TRUNCATE as plain SQL of ours meet `permission denied`."""
    before = list(LogEntry.objects.order_by("id").values())
    assert before
    connection.check_constraints()  # what is to be checked at the end of the transaction keeps from TRUNCATE as well
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(LogEntry.objects.order_by("id").values()) == before


@pytest.fixture
def as_a_role_that_owns_nothing(as_installed: None, admin: User) -> None:
    """What `docs/security.md` tells the owner to say, and then the processes of ours as that role."""
    text = (settings.BASE_DIR / "docs/security.md").read_text()
    with connection.cursor() as cursor:
        cursor.execute(text.partition("```sql")[2].partition("```")[0].replace("naryad_app", "naryad_of_a_test"))
        cursor.execute("SET LOCAL ROLE naryad_of_a_test")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditlog_logentry SET changes = '{}'",
        "DELETE FROM auditlog_logentry",
        "TRUNCATE auditlog_logentry",
        "ALTER TABLE auditlog_logentry DISABLE TRIGGER ALL",
        "DROP TRIGGER keep_trail ON auditlog_logentry",
        "DROP TABLE auditlog_logentry",
        "SET session_replication_role = replica",
    ],
)
def test_who_does_not_own_the_tables_cannot_switch_the_guard_off(
    as_a_role_that_owns_nothing: None, statement: str
) -> None:
    """S39: with a role of their own (`docs/security.md`) the processes have no grant by which a line could go."""
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_work_goes_on_as_a_role_that_owns_nothing(as_a_role_that_owns_nothing: None, settings) -> None:
    """S39: changes are told, a person may be deleted, and what is too old is forgotten."""
    before = LogEntry.objects.count()
    editor = runs.person("editor")
    assert api(editor).post("/api/v1/variables", {"key": "limit", "value": "1"}).status_code == 201
    assert LogEntry.objects.count() > before
    LogEntry.objects.log_create(editor, force_log=True, action=LogEntry.Action.UPDATE, changes={}, actor=editor)
    Variable.objects.all().delete()
    User.objects.get(pk=editor.pk).delete()
    clock.shift(connection, (settings.TRAIL_RETENTION_DAYS + 1) * 86400)
    assert trail.prune(1000) > 0


def test_a_line_outlives_the_person_who_made_it(editor: User) -> None:
    """A deleted person leaves the line without an actor; what was done stays told."""
    LogEntry.objects.log_create(editor, force_log=True, action=LogEntry.Action.UPDATE, changes={}, actor=editor)
    line = LogEntry.objects.latest("id")
    editor.delete()
    line.refresh_from_db()
    assert line.actor_id is None


def test_a_change_that_is_undone_leaves_no_line() -> None:
    """The line is written in the transaction of the change."""
    before = LogEntry.objects.count()
    with transaction.atomic():
        Project.objects.create(code="new", name="Новый проект")
        assert LogEntry.objects.count() == before + 1
        transaction.set_rollback(True)
    assert LogEntry.objects.count() == before


def test_the_trail_is_forgotten_when_its_time_is_over(admin: User, settings) -> None:
    assert trail.prune(1000) == 0
    clock.shift(connection, (settings.TRAIL_RETENTION_DAYS + 1) * 86400)
    assert LogEntry.objects.count() > 0
    assert trail.prune(1) == 1
    trail.prune(1000)
    assert LogEntry.objects.count() == 0
