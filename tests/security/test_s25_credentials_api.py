"""Secrets go into the API and never come out; who may use them, change them, and take them away."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Project, User
from integrations import credentials
from integrations.models import Credential
from tests.fakes.ledger import Ledger, running
from tests.integration.runs import client, person, workflow
from tests.security.keys import stored

pytestmark = pytest.mark.django_db

URL = "/api/v1/credentials"
SECRET = "s3cr3t-canary-value"
NEW = {"name": "Магазин", "kind": "bearer", "value": SECRET, "hosts": ["api.example.org"]}


@pytest.fixture
def admin() -> User:
    return person("admin")


@pytest.fixture
def ledger(settings: Any) -> Iterator[Ledger]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


def made(admin: User, **changes: Any) -> dict[str, Any]:
    answer = client(admin).post(URL, {**NEW, **changes}, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_secret_is_written_and_never_read(admin: User) -> None:
    """S25: no answer of the API holds the secret, only that there is one."""
    first = made(admin)
    api = client(admin)
    answers = [api.get(URL), api.get(f"{URL}/{first['id']}"), api.patch(f"{URL}/{first['id']}", {"name": "Лавка"})]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all(SECRET not in answer.content.decode() for answer in answers)
    assert (first["hasValue"], first["usedBy"], "value" in first, "login" in first) == (True, [], False, False)
    row = Credential.objects.get()
    assert credentials.unseal(row).value == SECRET


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (None, (403, 403, 403, 403)),
        ("viewer", (403, 403, 403, 403)),
        ("operator", (403, 403, 403, 403)),
        ("editor", (200, 403, 403, 403)),
        ("admin", (200, 201, 200, 204)),
    ],
)
def test_editors_see_that_it_is_there_and_admins_look_after_it(
    admin: User, role: str | None, statuses: tuple[int, ...]
) -> None:
    """S22: use but not see; only an admin of the project changes a credential."""
    place = f"{URL}/{made(admin)['id']}"
    api = client(person(role))
    answers = [
        api.get(place),
        api.post(URL, {**NEW, "name": "Другой"}, format="json"),
        api.patch(place, {"name": "Третий"}),
        api.delete(place),
    ]
    assert tuple(answer.status_code for answer in answers) == statuses


def test_a_credential_of_another_project_is_not_there(admin: User) -> None:
    """S22: another project's credential is 404, and so is one that does not exist."""
    foreign = stored(SECRET, project=Project.objects.create(code="other", name="Other"))
    api = client(person("admin"))
    for name in (foreign.pk, uuid4(), "nonsense"):
        assert [api.get(f"{URL}/{name}").status_code, api.delete(f"{URL}/{name}").status_code] == [404, 404]
    foreign.shared_with.add(*Project.objects.filter(code="default"))
    assert api.get(f"{URL}/{foreign.pk}").status_code == 200
    assert api.patch(f"{URL}/{foreign.pk}", {"name": "Мой"}).status_code == 403


@pytest.mark.parametrize(
    ("keys", "code"),
    [([base64.b64encode(b"x" * 32).decode()], "credential_unreadable"), ([], "credential_keys_invalid")],
)
def test_a_wrong_key_is_named_and_is_no_fault_of_ours(
    admin: User, settings: Any, ledger: Ledger, keys: list[str], code: str
) -> None:
    """S26: whoever asks is told what is wrong; nothing is sent anywhere."""
    place = f"{URL}/{made(admin, hosts=['127.0.0.1'])['id']}"
    settings.CREDENTIAL_KEYS = keys
    api = client(admin)
    assert [api.get(place).status_code, api.get(URL).status_code] == [200, 200]
    answer = api.post(f"{place}/test", {"url": ledger.url("/json")}, format="json")
    assert (answer.status_code, answer.json()["ok"], answer.json()["code"]) == (200, False, code)
    assert ledger.calls == []


@pytest.mark.parametrize(
    "change", [{"hosts": ["evil.example.net"]}, {"hosts": ["*"]}, {"login": "somebody"}, {"settings": {"baseUrl": "x"}}]
)
def test_where_a_secret_goes_changes_only_with_the_secret(admin: User, change: dict[str, Any]) -> None:
    """S10: who cannot read a secret cannot have it sent to themselves either."""
    place = f"{URL}/{made(admin, kind='openai', hosts=[], settings={'baseUrl': 'https://api.example.org/v1'})['id']}"
    answer = client(admin).patch(place, change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "secret_needed")
    again = client(admin).patch(place, {**change, "value": "another-secret"}, format="json")
    assert again.status_code == 200, again.content


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hosts": []}, "hosts"),
        ({"hosts": ["https://api.example.org/"]}, "hosts"),
        ({"kind": "basic"}, "login"),
        ({"kind": "oauth2-client-credentials", "login": "me"}, "settings.tokenUrl"),
        ({"kind": "smtp", "login": "me", "settings": {"host": "mx", "port": "many"}}, "settings.port"),
        ({"kind": "smtp", "login": "me", "settings": {"host": "mx", "port": "²"}}, "settings.port"),
        ({"kind": "imap", "login": "me", "settings": {"host": "mx", "port": 65536}}, "settings.port"),
        ({"kind": "openai", "hosts": [], "settings": {"baseUrl": "https://[x"}}, "settings.baseUrl"),
        ({"settings": {"nonsense": "x"}}, "settings.nonsense"),
        ({"value": "two\nlines"}, "value"),
    ],
)
def test_what_is_missing_or_wrong_is_named(admin: User, changes: dict[str, Any], field: str) -> None:
    answer = client(admin).post(URL, {**NEW, **changes}, format="json")
    assert (answer.status_code, answer.json()["details"]) == (400, {"field": field})


def test_a_name_is_given_once(admin: User) -> None:
    made(admin)
    assert client(admin).post(URL, NEW, format="json").status_code == 409


def test_a_credential_that_a_published_workflow_names_is_not_deleted(admin: User) -> None:
    """S22: the answer names the workflows; the credential can be revoked at once instead."""
    first = made(admin)
    config = {"url": "https://api.example.org/", "auth": first["id"]}
    flow = workflow(admin, ("a", "http-request", {"config": config}))
    api = client(admin)
    refused = api.delete(f"{URL}/{first['id']}")
    used_by = [{"workflowId": str(flow.pk), "code": flow.code, "name": flow.name, "nodeId": "a"}]
    assert (refused.status_code, refused.json()["details"]["usedBy"]) == (409, used_by)
    assert api.get(f"{URL}/{first['id']}").json()["usedBy"] == used_by
    revoked = api.patch(f"{URL}/{first['id']}", {"revoked": True}, format="json").json()
    assert revoked["revokedAt"] is not None
    assert api.delete(f"/api/v1/workflows/{flow.pk}").status_code == 204
    assert api.delete(f"{URL}/{first['id']}").status_code == 204


def test_a_trial_says_whether_the_secret_opens_the_door(admin: User, ledger: Ledger) -> None:
    """S25: what the other side answers to a trial comes without the secret."""
    place = f"{URL}/{made(admin, hosts=['127.0.0.1'])['id']}/test"
    api = client(admin)
    works = api.post(place, {"url": ledger.url("/json")}, format="json").json()
    fails = api.post(place, {"url": ledger.url("/status/403")}, format="json").json()
    away = api.post(place, {"url": "http://localhost:9/"}, format="json").json()
    assert [(one["ok"], one["code"]) for one in (works, fails, away)] == [
        (True, "ok"),
        (False, "refused"),
        (False, "forbidden_target"),
    ]
    assert api.post(place, {}, format="json").json()["code"] == "nothing_to_ask"
    assert ledger.calls[0].headers["authorization"] == f"Bearer {SECRET}"
