"""Which credentials a workflow may name, and what a step may open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from accounts.clock import Clock
from accounts.models import Project, User
from accounts.services import default_project
from executions.models import Execution
from integrations.models import Credential
from tests.fakes.ledger import Ledger, running
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.keys import stored
from workflows import services
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "s3cr3t-canary-value"


@pytest.fixture
def ledger(settings: Any) -> Iterator[Ledger]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


@pytest.fixture
def editor() -> User:
    return person("editor")


def fetching(editor: User, ledger: Ledger, credential: Any, path: str = "/json") -> Workflow:
    config = {"url": ledger.url(path), "auth": str(credential), "retries": 0}
    return workflow(editor, ("a", "http-request", {"config": config}))


def finished(flow: Workflow, editor: User) -> Execution:
    execution = start(flow, editor)
    driving.drain()
    execution.refresh_from_db()
    return execution


def test_a_step_sends_the_credential_that_its_config_names(editor: User, ledger: Ledger) -> None:
    """S3-16: the HTTP request node has `auth`, which is opened when the step runs."""
    flow = fetching(editor, ledger, stored(SECRET).pk)
    assert finished(flow, editor).status == "succeeded"
    assert ledger.calls[0].headers["authorization"] == f"Bearer {SECRET}"


def codes(definition: Any, project_id: int) -> list[tuple[str, str]]:
    found = services.validate_definition(definition, project_id=project_id)
    return [(problem["code"], problem["nodeId"]) for problem in found]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("absent", "credential_missing"),
        ("foreign", "credential_missing"),
        ("revoked", "credential_missing"),
        ("of another kind", "credential_kind"),
        ("a template", "config_invalid"),
        ("nonsense", "config_invalid"),
    ],
)
def test_a_definition_may_name_only_what_its_project_may_use(editor: User, named: str, code: str) -> None:
    """S22: a credential that is absent, foreign, revoked or of another kind is a finding, whoever saves it."""
    own = stored(SECRET, name="own")
    if named == "revoked":
        Credential.objects.filter(pk=own.pk).update(revoked_at=Clock())
    value = {
        "absent": uuid4(),
        "foreign": stored(SECRET, project=Project.objects.create(code="other", name="Other")).pk,
        "revoked": own.pk,
        "of another kind": stored("redis://127.0.0.1:1/0", kind="redis").pk,
        "a template": "{{ $json.credential }}",
        "nonsense": "own",
    }[named]
    config = {"url": "https://example.org", "auth": str(value)}
    raw = driving.definition([("a", "http-request", {"config": config})], [])
    assert codes(raw, own.project_id) == [(code, "a")]


def test_a_credential_shared_with_the_project_may_be_used_until_the_share_is_taken_back(
    editor: User, ledger: Ledger
) -> None:
    """S22: the share is looked for again in every run, which fails closed without it."""
    credential = stored(SECRET, project=Project.objects.create(code="other", name="Other"))
    own = default_project()
    credential.shared_with.add(own)
    flow = fetching(editor, ledger, credential.pk)
    assert finished(flow, editor).status == "succeeded"
    credential.shared_with.remove(own)
    execution = finished(flow, editor)
    assert (execution.status, execution.error["code"]) == ("failed", "credential_not_found")
    assert len(ledger.calls) == 1


def test_a_revoked_credential_is_not_sent_by_the_next_step(editor: User, ledger: Ledger) -> None:
    """S22: revoking needs no restart and no new version."""
    credential = stored(SECRET)
    flow = fetching(editor, ledger, credential.pk)
    Credential.objects.filter(pk=credential.pk).update(revoked_at=Clock())
    assert finished(flow, editor).error["code"] == "credential_revoked"
    assert ledger.calls == []


def test_what_the_other_side_echoes_is_stored_without_the_secret(editor: User, ledger: Ledger) -> None:
    """S25: an echoing server does not bring the secret into the run's data."""
    execution = finished(fetching(editor, ledger, stored(SECRET).pk, "/echo"), editor)
    assert execution.status == "succeeded"
    rows = [str(row) for row in execution.steps.values_list("data__items", flat=True)]
    assert "Bearer" in " ".join(rows) or "••••" in " ".join(rows)
    assert SECRET not in " ".join(rows)
