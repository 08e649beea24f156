"""What becomes of the runs of somebody who is deactivated: the project's work, without that person's rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.clock import Clock
from accounts.models import User
from accounts.services import deactivate_user
from integrations.models import Credential
from tests.fakes.ledger import Ledger, running
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "what-the-project-holds"


@pytest.fixture
def ledger(settings: Any) -> Iterator[Ledger]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


@pytest.fixture
def editor() -> User:
    return person("editor")


def fetching(editor: User, ledger: Ledger) -> tuple[Any, Any]:
    credential = stored(SECRET)
    config = {"url": ledger.url("/json"), "auth": str(credential.pk), "retries": 0}
    return start(workflow(editor, ("a", "http-request", {"config": config})), editor), credential


def test_a_run_goes_on_with_what_the_project_holds(editor: User, ledger: Ledger) -> None:
    """S17: running executions continue by policy; no credential is a person's, so none is lost with one."""
    run, _credential = fetching(editor, ledger)
    deactivate_user(user=editor)
    driving.drain()
    assert driving.status(run) == "succeeded"
    assert ledger.calls[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_credential_that_they_knew_resolves_no_longer_once_it_is_revoked(editor: User, ledger: Ledger) -> None:
    """S17: credentials no longer resolve, by one deed of an admin, also in runs that are under way."""
    run, credential = fetching(editor, ledger)
    deactivate_user(user=editor)
    Credential.objects.filter(pk=credential.pk).update(revoked_at=Clock())
    driving.drain()
    assert (driving.status(run), driving.step(run, "a").error["code"]) == ("failed", "credential_revoked")
    assert ledger.calls == []


def test_a_run_starts_nothing_more_by_the_rights_of_who_has_left(editor: User) -> None:
    """S17: whom a step starts another workflow for has no rights any more."""
    inner = workflow(editor, ("a", "noop"))
    config = {"workflow": inner.code, "wait": True}
    run = start(workflow(editor, ("call", "sub-workflow", {"config": config})), editor)
    deactivate_user(user=editor)
    driving.drain()
    driving.work_off()
    assert (driving.status(run), driving.step(run, "call").error["code"]) == ("failed", "child_not_started")
    assert not inner.executions.exists()
