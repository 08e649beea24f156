"""The bot with the processes that it has in an installation: web or poller, and senders, which are killed at work."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts import clock
from integrations.models import OutboxMessage
from integrations.telegram.emulator.faults import named
from tests.acceptance.naryad import until
from tests.integration.telegram.desk import AUTHOR, IVAN, MARIA, Desk, first_line
from tests.integration.telegram.installation import PATIENCE_SECONDS, Installation
from tickets.models import Ticket
from tickets.services import creation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.fixture
def installation(desk: Desk) -> Iterator[Installation]:
    clock.shift(connection, 0)
    running = Installation(desk)
    yield running
    running.end()


def shown(desk: Desk, person: int, text: str) -> Callable[[], bool]:
    return lambda: any(text in one for one in desk.texts(person))


def offered(desk: Desk, person: int, button: str) -> Callable[[], bool]:
    return lambda: button in desk.buttons(person)


def everything_went_out() -> bool:
    return not OutboxMessage.objects.filter(queue="notifications", state__in=["waiting", "sending"]).exists()


def more_than(desk: Desk, sent: int) -> Callable[[], bool]:
    return lambda: len(desk.telegram.sent) > sent


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_the_full_cycle_in_both_modes(installation: Installation, mode: str) -> None:
    """S4-23, S4-17: tests 1 and 2 of the seed, from a message of the author to status 5."""
    desk = installation.desk
    wait = desk.telegram.wait_until
    installation.sender()
    installation.poller() if mode == "polling" else installation.web()
    desk.telegram.acts.write(AUTHOR, "Сломался принтер")
    for executor in (IVAN, MARIA):
        wait(offered(desk, executor, "Взять в работу"))
        assert desk.buttons(executor) == ["Взять в работу", "Подробнее"]
    number = Ticket.objects.get().number
    desk.telegram.acts.press(IVAN, "Взять в работу")
    wait(shown(desk, AUTHOR, f"Заявку №{number} взял в работу Иван"))
    wait(offered(desk, IVAN, "На подтверждение"))
    desk.telegram.acts.press(IVAN, "На подтверждение")
    wait(offered(desk, AUTHOR, "Подтвердить выполнение"))
    desk.telegram.acts.press(AUTHOR, "Подтвердить выполнение")
    wait(shown(desk, IVAN, f"Автор подтвердил №{number}"))
    assert Ticket.objects.get().status_id == 5
    # The sender may be quicker with the messages than the poller is with the answer to the press.
    wait(lambda: len(desk.telegram.toasts_of(IVAN)) == 2 and desk.telegram.toasts_of(AUTHOR))
    assert desk.telegram.toasts_of(AUTHOR) == ["Выполнение подтверждено"]


@pytest.mark.parametrize("kind", ["sender", "worker"])
def test_kills_of_the_sender_lose_nothing_and_repeat_at_most_once_each(installation: Installation, kind: str) -> None:
    """G18: at least once, and at most one repeat per kill; of a relay by itself, and of the worker of `make up`."""
    desk, start = installation.desk, getattr(installation, kind)
    kills, tickets = 3, 6
    clock.shift(connection, 0)
    for kill in range(kills):
        for number in range(tickets // kills):  # else the first sender could be done with all of them
            creation.create(author=desk.author, category_id=desk.category.pk, description=f"заявка {kill}.{number}")
        sender = start()
        desk.telegram.wait_until(more_than(desk, len(desk.telegram.sent)))
        sender.send_signal(signal.SIGKILL)
        sender.wait(PATIENCE_SECONDS)
        with connection.cursor() as cursor:  # the lease of the killed one is over
            cursor.execute(
                "UPDATE integrations_outboxmessage SET available_at = now() - interval '1 s' WHERE state = 'sending'"
            )
    start()
    until(everything_went_out, seconds=PATIENCE_SECONDS, what="the outbox is empty")
    heads = [first_line(one) for who in (AUTHOR, IVAN, MARIA) for one in desk.telegram.messages_to(who)]
    assert len(set(heads)) == tickets * 2
    assert tickets * 3 <= len(heads) <= tickets * 3 + kills
    assert OutboxMessage.objects.filter(queue="notifications").exclude(state="sent").count() == 0


def test_a_flood_of_429_and_lost_answers_is_survived(installation: Installation) -> None:
    """S4-20: every message arrives, whatever the limits are and however often answers get lost."""
    desk = installation.desk
    desk.telegram.emulator.limits.enforced = True
    try:
        for number in range(4):
            creation.create(author=desk.author, category_id=desk.category.pk, description=f"заявка {number}")
        desk.telegram.faults.add(named("429", {"method": "sendMessage", "times": 3, "retryAfter": 1}))
        desk.telegram.faults.add(named("502", {"method": "sendMessage"}))
        for _sender in range(2):
            installation.sender()
        until(everything_went_out, seconds=PATIENCE_SECONDS, what="the outbox is empty")
    finally:
        desk.telegram.emulator.limits.enforced = False
    assert OutboxMessage.objects.filter(queue="notifications").exclude(state="sent").count() == 0
    assert len(desk.telegram.messages_to(IVAN)) == 4


def test_kills_of_the_web_process_lose_no_message_and_open_no_ticket_twice(installation: Installation) -> None:
    """S4-20: Telegram brings again what was not answered; what was done before the kill is not done again."""
    desk = installation.desk
    installation.sender()
    web, kills, tickets = installation.web(), 3, 9
    port = urlsplit(installation.webhook).port or 0
    for number in range(tickets):
        desk.telegram.acts.write(AUTHOR, f"заявка {number}")
    for kill in range(kills):
        until(opened(kill * 2 + 1), seconds=PATIENCE_SECONDS, what="a ticket is opened")
        web.kill()
        web.wait(PATIENCE_SECONDS)
        web = installation.web(port)
    until(opened(tickets), seconds=PATIENCE_SECONDS, what="every message has become a ticket")
    until(everything_went_out, seconds=PATIENCE_SECONDS, what="the outbox is empty")
    assert sorted(Ticket.objects.values_list("title", flat=True)) == [f"заявка {number}" for number in range(tickets)]
    for who in (AUTHOR, IVAN, MARIA):
        assert len(desk.telegram.messages_to(who)) == tickets


def opened(number: int) -> Callable[[], bool]:
    return lambda: Ticket.objects.count() >= number
