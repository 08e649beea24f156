"""The sentences of reasons: each can be said, in every language and in the reader's time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from executions.engine.reasons import Kind, Reason
from executions.explanations import explained

LONG_AGO = datetime(2026, 3, 1, 21, 30, tzinfo=UTC)


def said(reason: Reason, zone: str = "UTC", status: str = "running") -> str:
    return explained(reason, status=status, zone=ZoneInfo(zone))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["ru", "en", "pt-br"])
def test_every_kind_can_be_said_with_all_and_with_nothing_known(kind: Kind, language: str):
    known = Reason(
        kind,
        steps=1,
        label="Отчёт",
        since=LONG_AGO,
        until=LONG_AGO,
        queue="io",
        ahead=2,
        worker="w",
        host="api",
        event="e",
        child=uuid.uuid4(),
        by="anna",
        why="why",
        position=1,
    )
    with translation.override(language):
        assert "%(" not in said(known)
        assert said(Reason(kind))


def test_a_pause_says_who_when_and_why_as_far_as_is_known():
    assert said(Reason(Kind.PAUSED)) == "Приостановлен: шаги не начнутся, пока запуск не возобновят"
    assert said(Reason(Kind.PAUSED, by="anna", since=LONG_AGO)) == "Приостановлен с 01.03.2026 21:30, кем: anna"
    whole = Reason(Kind.PAUSED, by="anna", since=LONG_AGO, why="не те цены")
    assert said(whole) == "Приостановлен с 01.03.2026 21:30, кем: anna, причина: не те цены"


def test_times_are_told_in_the_readers_zone():
    reason = Reason(Kind.TIMER, label="A", until=LONG_AGO)
    assert said(reason, "Asia/Vladivostok") == "Шаг «A» ждёт до 02.03.2026 07:30"


def test_a_near_time_is_told_to_the_second_and_without_its_date():
    now = timezone.now()
    assert said(Reason(Kind.TIMER, label="A", until=now)) == f"Шаг «A» ждёт до {now:%H:%M:%S}"


def test_a_server_is_named_where_it_is_known():
    assert said(Reason(Kind.RATE_LIMIT, label="A", until=LONG_AGO, host="api.example.org")).endswith(
        "лимит запросов сервера api.example.org"
    )
    assert said(Reason(Kind.RATE_LIMIT, label="A", until=LONG_AGO)).endswith("лимит запросов внешнего сервера")


def test_a_reason_of_several_steps_counts_the_others():
    assert said(Reason(Kind.EVENT, steps=4, label="A", event="e")).endswith("(и ещё шагов: 3)")


def test_a_finished_run_says_how_it_ended():
    assert said(Reason(Kind.FINISHED), status="failed") == "Запуск закончен: Ошибка"
