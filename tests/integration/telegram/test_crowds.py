"""Many hands at once on the bot's web process, by the door through which Telegram brings updates."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from accounts import clock
from accounts.models import User
from integrations import outbox
from integrations.models import OutboxMessage
from tests.acceptance.naryad import until
from tests.integration.telegram.desk import AUTHOR, Desk, person
from tests.integration.telegram.installation import PATIENCE_SECONDS, SECRET, Installation
from tickets.models import Ticket, TicketEvent
from tickets.services import creation
from tickets.telegram.buttons import written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

HANDS, PRESSES = 50, 500
QUEUED = 4000
"""So many that half of them still wait when a slow machine has answered all presses."""
_updates = itertools.count(1)


@pytest.fixture
def installation(desk: Desk) -> Iterator[Installation]:
    clock.shift(connection, 0)
    running = Installation(desk)
    yield running
    running.end()


def press(who: User, ticket: Ticket, verb: str = "take") -> dict[str, Any]:
    number = next(_updates)
    sender = {"id": who.telegram_id, "is_bot": False, "first_name": who.name}
    data = f"t:{verb}:{written(ticket.pk)}:{written(ticket.version)}"
    query = {"id": str(number), "from": sender, "data": data, "chat_instance": "1"}
    return {"update_id": number, "callback_query": query}


async def bring(address: str, update: dict[str, Any]) -> tuple[int, dict[str, Any], float]:
    """Status and body of a delivery on a connection of its own, and the seconds it took."""
    parts, body = urlsplit(address), json.dumps(update).encode()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(head.encode() + body)
    raw = await reader.read()
    passed = time.monotonic() - began
    writer.close()
    head_of_answer, _blank, content = raw.partition(b"\r\n\r\n")
    return int(head_of_answer.split()[1]), json.loads(content or b"{}"), passed


def bring_all(address: str, updates: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any], float]]:
    """All of them at the same time."""

    async def crowd() -> list[tuple[int, dict[str, Any], float]]:
        return await asyncio.gather(*(bring(address, update) for update in updates))

    return asyncio.run(crowd())


def listening(address: str) -> Any:
    """Whether the web process answers; a delivery without an update is taken and left."""
    try:
        return bring_all(address, [{}])[0][0] == 200
    except OSError:
        return False


def test_of_five_hundred_presses_at_once_one_counts_and_all_are_answered(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """S4-20, G17: one transition, 499 calm answers, no 5xx; how long they took is printed."""
    desk = installation.desk
    people = [person(f"hand{number}", f"Исполнитель {number}", 5000 + number) for number in range(HANDS)]
    for one in people:
        desk.add_executor(one)
    ticket = creation.create(author=desk.author, category_id=desk.category.pk, description="Сломался принтер")
    OutboxMessage.objects.all().delete()
    installation.web()
    until(lambda: listening(installation.webhook), seconds=PATIENCE_SECONDS, what="the web process answers")
    bring_all(installation.webhook, [{}] * 40)  # its threads and connections are there, as on any day
    answers = bring_all(installation.webhook, [press(people[number % HANDS], ticket) for number in range(PRESSES)])
    times = sorted(passed for _status, _body, passed in answers)
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    with capsys.disabled():
        sys.stdout.write(f"\n{PRESSES} presses at once: p50 {p50:.2f} s, p99 {p99:.2f} s, slowest {times[-1]:.2f} s\n")
    assert Counter(status for status, _body, _passed in answers) == {200: PRESSES}
    texts = Counter(body["text"].partition(":")[0] for _status, body, _passed in answers)
    assert texts["Взята в работу"] == 1
    assert texts["Заявку уже взял(а)"] + texts["Вы уже взяли эту заявку"] == PRESSES - 1
    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.version) == (2, 1)
    assert TicketEvent.objects.filter(ticket=ticket, verb="take").count() == PRESSES


def test_a_press_is_answered_at_once_while_a_thousand_messages_wait(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """S4-18, S4-20: sending does not get in the way of answering; how long answers took is printed."""
    desk = installation.desk
    tickets = [
        creation.create(author=desk.author, category_id=desk.category.pk, description=f"заявка {number}")
        for number in range(60)
    ]
    with transaction.atomic():
        for number in range(QUEUED):
            payload = {"chatId": AUTHOR, "text": f"сообщение {number}"}
            outbox.add(topic="telegram.send", payload=payload, ordering_key=str(number % 100), queue="notifications")
    installation.web()
    until(lambda: listening(installation.webhook), seconds=PATIENCE_SECONDS, what="the web process answers")
    installation.sender()
    desk.telegram.wait_until(lambda: desk.telegram.sent)
    verbs = [(ticket, verb) for ticket in tickets[:8] for verb in ("take", "more")]
    verbs += [(ticket, "more") for ticket in tickets]
    answers = [bring_all(installation.webhook, [press(desk.ivan, *one)])[0] for one in verbs]
    times = sorted(passed for _status, _body, passed in answers)
    p95 = times[int(len(times) * 0.95)]
    waiting = OutboxMessage.objects.filter(queue="notifications", state="waiting").count()
    with capsys.disabled():
        sys.stdout.write(f"\n{len(times)} presses, {waiting} messages waiting: 19 of 20 within {p95:.3f} s\n")
    assert {status for status, _body, _passed in answers} == {200}
    assert waiting > QUEUED / 2
