"""What an agent remembers of a talk: the last turns of a session, in one project, for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.models import Project, User
from executions import sweeps
from integrations.language_models.memory import KEEP, TalkMemory, prune
from integrations.language_models.talk import Said
from integrations.models import Talk
from integrations.scope import CallScope
from tests.fakes.scripted import Service, running
from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)


def memory(project: Project) -> TalkMemory:
    return TalkMemory(CallScope(project=lambda: project.pk))


def project(code: str) -> Project:
    return Project.objects.create(code=code, name=code)


def test_the_last_turns_come_back_and_sessions_and_projects_are_apart() -> None:
    ours = memory(project("ours"))
    for number in range(3):
        ours.remember("s", [Said("user", f"q{number}"), Said("assistant", f"a{number}\x00")])
    assert [(one.role, one.text) for one in ours.recall("s", 3)] == [
        ("assistant", "a1"),
        ("user", "q2"),
        ("assistant", "a2"),
    ]
    assert ours.recall("other", 3) == []
    assert memory(project("theirs")).recall("s", 3) == []


def test_a_talk_that_nobody_goes_on_with_is_forgotten() -> None:
    ours = memory(project("ours"))
    ours.remember("old", [Said("user", "q")])
    clock.shift(connection, (KEEP + timedelta(days=1)).total_seconds())
    ours.remember("new", [Said("user", "q")])
    forgotten = prune(10)
    clock.shift(connection, 0)
    assert forgotten == 1
    assert list(Talk.objects.values_list("session", flat=True)) == ["new"]


def test_a_run_knows_what_the_run_before_it_has_said(settings: Any) -> None:
    editor: User = person("editor")
    with running() as service:
        settings.OUTBOUND_ALLOW = [service.endpoint]
        credential = stored("key", kind="openai", settings={"baseUrl": service.url("/")})
        config = {
            "model": {"credential": str(credential.pk), "model": "m"},
            "prompt": "{{ $json.q }}",
            "memory": {"session": "{{ $json.who }}"},
        }
        flow = workflow(editor, ("a", "ai-agent", {"config": config}))
        for question in ("My name is Ann", "What is my name?"):
            _answers(service, f"Answer to {question}")
            execution = start(flow, editor, input_data={"q": question, "who": "ann"})
            while sweeps.wake_due() + driving.drain():
                pass
            execution.refresh_from_db()
            assert execution.status == "succeeded"
        assert [one["content"] for one in service.calls[1].body["messages"]] == [
            "My name is Ann",
            "Answer to My name is Ann",
            "What is my name?",
        ]


def _answers(service: Service, text: str) -> None:
    service.answers = [(200, {"choices": [{"message": {"role": "assistant", "content": text}}]})]
