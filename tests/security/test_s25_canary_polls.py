"""What a trigger looks at says its secret back: the events and runs that follow hold it nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from executions.models import Execution
from integrations.models import Event
from integrations.secret import MASK
from tests.fakes.scripted import Service, running
from tests.integration import runs
from tests.integration.reacting.causes.looking import look
from tests.integration.reacting.scenes import listening
from tests.security.canary import forms_of, whole_database, whole_memory
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "c4n4ry-of-a-list"


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with running() as listed:
        settings.OUTBOUND_ALLOW = [listed.endpoint]
        yield listed


@pytest.fixture
def editor() -> User:
    return runs.person("editor")


def test_a_list_that_says_the_key_back_tells_it_to_nobody(editor: User, service: Service) -> None:
    """S25: what a look brings begins runs whose own steps may know no secret, so it is masked when it comes."""
    key = stored(SECRET, kind="header", login="X-Key")
    rows = [{"id": number, "said": f"you are {SECRET}", SECRET: SECRET} for number in range(2)]
    service.answers = [(200, rows[:1]), (200, rows)]
    listening(editor, "trigger-poll-list", url=service.url("/rows"), keyField="id", credential=str(key.pk))
    look(2)
    assert service.calls[-1].headers["x-key"] == SECRET
    assert Event.objects.get().payload["row"]["said"] == f"you are {MASK}"
    assert Execution.objects.count() == 1
    assert [form for form in forms_of(SECRET) if form in whole_database() + whole_memory()] == []


def test_letters_of_gmail_are_masked_as_well(editor: User, service: Service) -> None:
    """S25: each letter is a call of its own."""
    key = stored(SECRET, kind="bearer")
    letter = {"id": "b", "snippet": f"Bearer {SECRET}", "payload": {"headers": [{"name": "Subject", "value": SECRET}]}}
    listed = {"messages": [{"id": "a"}]}
    service.answers = [(200, listed), (200, {"messages": [{"id": "b"}, {"id": "a"}]}), (200, {"labels": []})]
    service.answers.append((200, letter))
    address = service.url("/gmail/v1/users/me/messages")
    listening(editor, "trigger-poll-list", url=address, form="gmail", keyField="id", credential=str(key.pk))
    look(2)
    assert Event.objects.get().payload["row"]["Subject"] == MASK
    assert [form for form in forms_of(SECRET) if form in whole_database() + whole_memory()] == []
