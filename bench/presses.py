"""`presses`: five hundred presses of one button at once, as Telegram brings them and as the bot fetches them.

Every press waits for its answer on a connection of its own; one of them takes the ticket. Nothing waits for cards and
messages, which go out meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import psutil
from django.conf import settings

from accounts import services as accounts
from accounts.models import User
from bench import effort
from bench.contender import RUN_SECONDS, Failed, Late
from bench.machine import Machine
from bench.works import percentile
from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.server import Server
from tickets.models import CategoryExecutor, Ticket, TicketCategory
from tickets.services import creation
from tickets.telegram.buttons import written
from tickets.telegram.webhook import SECRET_HEADER

HANDS: Final = 100
PRESSES: Final = 500
TAKEN: Final = "Взята в работу"

Seconds = list[float]
_numbers = itertools.count(time.time_ns() // 1_000_000)


def measure(url: str, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Medians of the rounds; `p99_ms` is of what Telegram brings, `polled_p99_ms` of what the bot fetches."""
    machines, brought, fetched = [], [], []
    spent: dict[str, list[dict[str, float]]] = {"": [], "polled_": []}
    with _desk() as desk, _bot() as bot:
        for number in range(1, rounds + 1):
            machines.append(Machine.look())
            before = effort.spent()
            brought.append(_bring(url, desk.presses()))
            spent[""].append(effort.per_step(before, effort.spent(), PRESSES))
            before = effort.spent() | bot.spent()
            fetched.append(bot.fetch(desk.presses()))
            spent["polled_"].append(effort.per_step(before, effort.spent() | bot.spent(), PRESSES))
            told = f"{_p(brought[-1], 0.99)} ms brought, {_p(fetched[-1], 0.99)} ms fetched (p99)"
            tell(f"round {number} of {rounds}: {told}; others use {machines[-1].others:.0%}")
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {
        "work": "presses",
        **{name: median(_p(each, share) for each in brought) for name, share in shares.items()},
        **{f"polled_{name}": median(_p(each, share) for each in fetched) for name, share in shares.items()},
        **{f"{kind}cpu_ms_per_press": _middle(rounds) for kind, rounds in spent.items()},
        "rounds": rounds,
        "machine": asdict(machines[-1])
        | {"load": median(each.load for each in machines), "others": median(each.others for each in machines)},
    }


def _middle(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(each.get(name, 0.0) for each in rounds), 2) for name in rounds[-1]}


def _p(seconds: Seconds, share: float) -> float:
    return round(percentile(seconds, share) * 1000, 1)


@dataclass(frozen=True)
class _Desk:
    category: TicketCategory
    people: Sequence[User]

    def presses(self) -> list[dict[str, Any]]:
        """A fresh ticket, and everybody's presses of its button, several each."""
        author = self.people[0]
        ticket = creation.create(author=author, category_id=self.category.pk, description="bench")
        return [self._press(ticket, self.people[number % HANDS]) for number in range(PRESSES)]

    def _press(self, ticket: Ticket, who: User) -> dict[str, Any]:
        number = next(_numbers)
        sender = {"id": who.telegram_id, "is_bot": False, "first_name": who.name, "language_code": "ru"}
        data = f"t:take:{written(ticket.pk)}:{written(ticket.version)}"
        query = {"id": str(number), "from": sender, "data": data, "chat_instance": "1"}
        return {"update_id": number, "callback_query": query}


@contextmanager
def _desk() -> Iterator[_Desk]:
    """A category of its own with executors that the emulator knows; they leave when the measuring ends."""
    name, first = f"bench-{secrets.token_hex(4)}", secrets.randbelow(2**50)
    category = TicketCategory.objects.create(project=accounts.default_project(), name=name)
    people = [
        accounts.create_user(
            username=f"{name}-{number}", password=None, name=f"Hand {number}", telegram_id=first + number, language="ru"
        )
        for number in range(HANDS)
    ]
    for one in people:
        _introduce(one)
        CategoryExecutor.objects.create(user=one, ticket_category=category, max_tickets=1000)
    try:
        yield _Desk(category, people)
    finally:
        TicketCategory.objects.filter(pk=category.pk).update(is_active=False)
        for one in people:
            accounts.deactivate_user(user=one)


def _introduce(person: User) -> None:
    """Let the installation's emulator know them, so that what is sent to them arrives."""
    address = settings.TELEGRAM_API_BASE_URL.removesuffix("/bot")
    body = json.dumps({"id": person.telegram_id, "name": person.name}).encode()
    request = Request(f"{address}/control/people", body, {"Content-Type": "application/json"})
    build_opener(ProxyHandler({})).open(request, timeout=10).close()


def _bring(url: str, presses: Sequence[dict[str, Any]]) -> Seconds:
    """Seconds until each delivery is answered when all come to the web process at once."""

    async def crowd() -> list[tuple[float, str]]:
        return await asyncio.gather(*(_deliver(url, press) for press in presses))

    answers = asyncio.run(crowd())
    _judge([text for _seconds, text in answers])
    return [seconds for seconds, _text in answers]


async def _deliver(url: str, update: dict[str, Any]) -> tuple[float, str]:
    """One press; the seconds until it was answered, and what."""
    place, body = urlsplit(url), json.dumps(update).encode()
    head = (
        f"POST /telegram/webhook HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        f"{SECRET_HEADER}: {settings.TELEGRAM_WEBHOOK_SECRET}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(head.encode() + body)
    answer = await reader.read()
    passed = time.perf_counter() - began
    writer.close()
    status, _space, _rest = answer.partition(b" ")[2].partition(b" ")
    if status != b"200":
        raise Failed(f"a press was answered {status.decode()}")
    return passed, str(json.loads(answer.partition(b"\r\n\r\n")[2])["text"])


def _judge(texts: Sequence[str]) -> None:
    """One has won. Raises `Failed`."""
    found = Counter(texts)
    if found[TAKEN] != 1 or len(texts) != PRESSES:
        raise Failed(f"{found[TAKEN]} presses of {len(texts)} have taken the ticket")


class _Bot:
    """A bot that fetches its updates from a Telegram of this process."""

    def __init__(self, telegram: Emulator, process: int) -> None:
        self._telegram = telegram
        self._process = psutil.Process(process)

    def spent(self) -> Counter[str]:
        """Seconds of processor time so far."""
        times = self._process.cpu_times()
        return Counter(bot=times.user + times.system)

    def fetch(self, presses: Sequence[dict[str, Any]]) -> Seconds:
        """Seconds until each press is answered when all come into being at once. Raises `Late`."""
        world = self._telegram.world
        pressed: dict[str, float] = {}
        with world.changed:
            for one in presses:
                query = one["callback_query"]
                press = world.new_press(self._telegram.acts.person(query["from"]["id"]).id)
                pressed[press.id] = press.at
                self._telegram.updates.add(f"person {press.person}", callback_query={**query, "id": press.id})
        if not world.wait_until(lambda: len(self._answers(pressed)) == len(pressed), RUN_SECONDS):
            raise Late("the bot that fetches has not answered every press")
        answers = self._answers(pressed)
        _judge([text for _at, text in answers.values()])
        return [at - pressed[number] for number, (at, _text) in answers.items()]

    def _answers(self, pressed: dict[str, float]) -> dict[str, tuple[float, str]]:
        """When each press was answered, and what."""
        calls = self._telegram.calls_of("answerCallbackQuery")[-PRESSES:]
        ours = [call for call in calls if call.values["callback_query_id"] in pressed]
        return {call.values["callback_query_id"]: (call.at, str(call.values.get("text", ""))) for call in ours}


@contextmanager
def _bot() -> Iterator[_Bot]:
    """The command of `make up`, in a process of its own."""
    telegram = Emulator()
    with Server(telegram) as server:
        variables = {**os.environ, "NARYAD_PROCESS": "bot", "TELEGRAM_API_BASE_URL": f"{server.url}/bot"}
        words = [sys.executable, "manage.py", "telegram_polling", "--wait"]
        process = subprocess.Popen(words, env=variables, stderr=subprocess.DEVNULL)
        try:
            if not telegram.world.wait_until(lambda: telegram.updates.polls, RUN_SECONDS):
                raise Late("the bot that fetches has asked for nothing")
            yield _Bot(telegram, process.pid)
        finally:
            process.terminate()
            process.wait()
