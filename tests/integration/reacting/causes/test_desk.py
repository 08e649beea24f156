"""What happens at the service desk, under the names of the catalogue: each by its real cause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, listening, runs_of
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from workflows.models import Workflow


def settle() -> None:
    deliver()
    driving.drain()


def heard(flow: Workflow) -> list[Any]:
    return [done(run)["payload"] for run in runs_of(flow)]


def test_a_ticket_that_is_confirmed_is_a_task_that_is_done(anna: Any) -> None:
    """Seed 3.1: «Завершена задача или поставлена отметка "выполнено"»."""
    flow = listening(anna, event="task.completed")
    category = desk.category()
    author = desk.somebody()
    ticket = desk.in_confirmation(category, desk.executor(category), author)
    settle()
    assert runs_of(flow) == []
    desk.do(ticket, Verb.CONFIRM, author)
    settle()
    assert heard(flow) == [{"taskId": str(ticket.number), "title": ticket.title, "by": author.username}]


def test_a_ticket_that_is_late_is_told_of(anna: Any) -> None:
    """Seed 3.2: «Просрочен срок выполнения задачи»: by the clock, once."""
    flow = listening(anna, event="task.overdue")
    ticket = desk.ticket(desk.category(reaction_seconds=1800))
    for seconds in (1700, 1801, 1900):
        with desk.later(seconds):
            settle()
            assert len(runs_of(flow)) == (seconds > 1800)
    (told,) = heard(flow)
    assert (told["taskId"], bool(told["dueAt"])) == (str(ticket.number), True)


@pytest.mark.parametrize(("reason", "times"), [("", 1), ("Знает этот принтер", 0)])
def test_a_ticket_that_is_handed_on_without_a_word_is_told_of(anna: Any, reason: str, times: int) -> None:
    """Seed 3.3: «Сотрудник передал клиента другому без комментариев»."""
    flow = listening(anna, event="client.handed_over_without_comment")
    category = desk.category()
    ivan, maria = desk.executor(category), desk.executor(category, "Мария")
    ticket = desk.ticket(category)
    desk.do(ticket, Verb.TAKE, ivan)
    desk.do(ticket, Verb.REASSIGN, anna, executor_id=maria.pk, reason=reason)
    settle()
    expected = {"ticket": str(ticket.number), "from": str(ivan.pk), "to": str(maria.pk)}
    assert heard(flow) == [expected] * times


def test_the_same_problem_again_is_told_of(anna: Any) -> None:
    """Seed 1.11: «Повторное обращение по той же проблеме»: the same author and category, after one was resolved."""
    flow = listening(anna, event="issue.repeated")
    category, other = desk.category(), desk.category()
    author = desk.somebody()
    first = desk.in_confirmation(category, desk.executor(category), author)
    desk.ticket(category, author)
    desk.do(first, Verb.CONFIRM, author)
    desk.ticket(other, author)
    desk.ticket(category)
    settle()
    assert runs_of(flow) == []
    again = desk.ticket(category, author)
    settle()
    (told,) = heard(flow)
    assert (told["ticket"], told["previousTicket"]) == (again.number, first.number)
    desk.do(first, Verb.REOPEN, author, reason="Снова не печатает")
    settle()
    assert [one["ticket"] for one in heard(flow)] == [again.number, first.number]


def test_long_after_it_was_resolved_it_is_another_problem(anna: Any) -> None:
    flow = listening(anna, event="issue.repeated")
    category = desk.category()
    author = desk.somebody()
    ticket = desk.in_confirmation(category, desk.executor(category), author)
    desk.do(ticket, Verb.CONFIRM, author)
    with desk.later(40 * 24 * 3600):
        desk.ticket(category, author)
        settle()
    assert runs_of(flow) == []
