"""The commands that tell whether tickets reach people."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from integrations.models import OutboxMessage
from tests.integration.runs import client
from tests.integration.tickets import desk
from tickets import doctor
from tickets.models import TicketTimer
from tickets.services import presence
from tickets.telegram.poller_lock import PollerLock

pytestmark = pytest.mark.django_db


def faults() -> set[str]:
    return {finding.code for finding in doctor.examine() if not finding.ok}


def said(command: str, *arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def test_each_fault_is_found_with_its_cause_and_cure(settings: Any):
    """S4-21, R2-14: the seed's three checks. S4-25: typical errors, each with the check that detects it."""
    settings.TELEGRAM_MODE = "polling"
    category = desk.category(name="Принтеры")
    assert faults() == {"executors", "bot"}
    ivan = desk.executor(category)
    assert faults() == {"bot"}
    lock = PollerLock()
    assert lock.take()
    try:
        assert faults() == set()
    finally:
        lock.release()
    presence.mark_unreachable(person=ivan, reason="blocked")
    assert faults() == {"executors", "linked", "bot"}
    settings.TELEGRAM_MODE = "webhook"
    settings.OUTBOX_HANDLERS = {**settings.OUTBOX_HANDLERS, "telegram.ping": "tickets.telegram.nowhere.at_all"}
    ticket = desk.ticket(category)
    long_ago = clock.read() - timedelta(minutes=5)
    OutboxMessage.objects.filter(topic="telegram.card").update(available_at=long_ago)
    TicketTimer.objects.filter(ticket=ticket).update(due_at=long_ago)
    assert faults() == {"executors", "linked", "wiring", "queue", "time"}
    OutboxMessage.objects.filter(topic="telegram.card").update(state="dead", finished_at=long_ago)
    assert "failed" in faults()
    for finding in doctor.examine():
        assert finding.ok or (finding.cause and finding.cure)
    assert {row["check"] for row in doctor.typical_errors()} <= {finding.code for finding in doctor.examine()}


def test_the_command_ends_badly_when_something_is_wrong(settings: Any):
    settings.TELEGRAM_MODE = "webhook"
    out = StringIO()
    desk.category(name="Принтеры")
    with pytest.raises(CommandError):
        call_command("doctor", stdout=out)
    assert "Некому взять заявки: Принтеры" in out.getvalue()
    assert "Пользователь не найден" in out.getvalue()


def test_who_looks_after_the_installation_reads_the_checks_over_the_api():
    """S4-21, R2-14: GET /api/v1/health/checks."""
    found = client(desk.somebody(role="admin")).get("/api/v1/health/checks")
    codes = ["executors", "linked", "wiring", "bot", "queue", "failed", "time"]
    assert [finding["code"] for finding in found.json()] == codes
    assert client(desk.somebody(role="operator")).get("/api/v1/health/checks").status_code == 403


def test_the_test_command_says_who_would_be_told_and_why_others_not():
    """S4-19, S4-23: without a number the newest ticket; who, and why not."""
    category = desk.category()
    desk.executor(category, "Иван")
    desk.executor(category, "Ольга", telegram_id=None)
    desk.executor(category, "Пётр", is_active=False)
    ticket = desk.ticket(category)
    desk.forget_messages()
    told = said("test_executor_notifications", dry_run=True)
    assert f"№{ticket.pk} " in told
    assert "будет отправлено" in told
    assert "нет telegram_id" in told
    assert "не активен" in told
    assert desk.cards(fresh=True) == set()


def test_the_test_command_ends_badly_when_nobody_was_reached():
    category = desk.category()
    desk.executor(category, telegram_id=None)
    ticket = desk.ticket(category)
    with pytest.raises(CommandError, match="Никто"):
        said("test_executor_notifications", ticket.pk, wait=0)
    ivan = desk.executor(category)
    desk.forget_messages()
    with pytest.raises(CommandError, match="Никто"):
        said("test_executor_notifications", ticket.pk, wait=0)
    assert desk.cards(fresh=True) == {ivan.pk}
    with pytest.raises(CommandError, match="Заявка не найдена"):
        said("test_executor_notifications", 987_654)


def test_failed_messages_are_listed_and_sent_again_by_command():
    """S4-18: the seed's `queue:failed`, and trying them once more."""
    desk.ticket(desk.category())
    message = OutboxMessage.objects.filter(topic="telegram.card")[0]
    buried = {"state": "dead", "tries": 3, "finished_at": clock.read(), "error": {"code": "telegram_refused"}}
    OutboxMessage.objects.filter(pk=message.pk).update(**buried)
    assert f"{message.pk}" in said("failed_messages")
    with pytest.raises(CommandError):
        said("failed_messages", "01a20236-a3f4-72c9-8e75-77a8331993c9")
    assert "1" in said("failed_messages", str(message.pk), send_again=True)
    message.refresh_from_db()
    assert (message.state, message.tries) == ("waiting", 0)
