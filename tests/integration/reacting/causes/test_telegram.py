"""Messages of clients in Telegram, through the emulator of the Bot API: to the desk's bot, and to their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from integrations.models import Event
from integrations.telegram.bots import Bot
from tests.fakes.bot_api import TOKEN
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.causes.two_bots import CLIENTS_TOKEN, SECRET, Bots, bring, send
from tests.integration.reacting.scenes import done, listening, runs_of
from tests.integration.realtime.live_server import until
from tickets.models import Contact, Presence, Ticket

ANNA = 501


def answering(anna: Any) -> Any:
    """A workflow that answers a client."""
    trigger = {"config": {"event": "message.received"}}
    words = {"chat": "{{ $json.payload.chatId }}", "text": "Здравствуйте, {{ $json.payload.name }}!"}
    nodes: list[driving.NodeSpec] = [("begin", "trigger-event", trigger), ("act", "telegram-send", {"config": words})]
    what = driving.definition(nodes, [("begin", "act")])
    return driving.workflow(anna, what)


def sent(bots: Bots) -> dict[Bot, list[str]]:
    send()
    return {bot: api.texts_to(ANNA) for bot, api in bots.items()}


def test_who_is_no_user_and_writes_to_the_desks_bot_is_a_client(anna: Any, bots: Bots) -> None:
    """Seed 1.1: «Клиент отправил сообщение в WhatsApp или Telegram»: a contact is made, and a chain runs."""
    flow = listening(anna, event="message.received")
    bots[Bot.DESK].write(ANNA, "Сколько стоит доставка?")
    bring(bots, Bot.DESK)
    (run,) = runs_of(flow)
    told = done(run)["payload"]
    contact = Contact.objects.get(telegram_id=ANNA)
    assert (told["text"], told["contactId"], told["bot"]) == ("Сколько стоит доставка?", str(contact.pk), "desk")


def test_a_client_is_known_by_the_name_that_their_telegram_tells(anna: Any, bots: Bots) -> None:
    """Seed 1.1: who has written is no blank line among the contacts; a name that staff has given stays."""
    flow = listening(anna, event="message.received")
    bots[Bot.DESK].write(ANNA, "Здравствуйте", last_name=" Петрова ")
    bring(bots, Bot.DESK)
    assert Contact.objects.get(telegram_id=ANNA).name == "Анна Петрова"
    Contact.objects.update(name="Анна из Твери")
    bots[Bot.DESK].write(ANNA, "Ещё вопрос")
    bring(bots, Bot.DESK)
    assert [done(run)["payload"]["name"] for run in runs_of(flow)] == ["Анна Петрова", "Анна из Твери"]


def test_everybody_who_writes_to_the_bot_for_clients_is_a_client(anna: Any, bots: Bots) -> None:
    """Seed 1.1: staff too, and its commands mean nothing there; no ticket is opened."""
    runs.person("operator", telegram_id=ANNA)
    flow = listening(anna, event="message.received")
    for words in ("/start", "Здравствуйте"):
        bots[Bot.CLIENTS].write(ANNA, words)
    bring(bots, Bot.CLIENTS)
    assert [run.input_data["payload"]["text"] for run in runs_of(flow)] == ["/start", "Здравствуйте"]
    assert {run.input_data["payload"]["bot"] for run in runs_of(flow)} == {"clients"}
    assert not Ticket.objects.exists()


def test_a_client_is_answered_by_the_bot_that_they_talk_to(anna: Any, bots: Bots) -> None:
    """Seed 1.1: the bot for clients first; whoever has never opened it, by the desk's."""
    answering(anna)
    bots[Bot.CLIENTS].write(ANNA, "Добрый день")
    bring(bots, Bot.CLIENTS)
    assert sent(bots) == {Bot.DESK: [], Bot.CLIENTS: ["Здравствуйте, Анна!"]}
    contact = Contact.objects.get(telegram_id=ANNA)
    event = Event.objects.get(name="message.sent")
    assert (event.subject, event.depth) == (str(contact.pk), 1)


def test_a_client_of_the_desks_bot_is_answered_by_it(anna: Any, bots: Bots) -> None:
    answering(anna)
    bots[Bot.DESK].write(ANNA, "Добрый день")
    bring(bots, Bot.DESK)
    assert sent(bots) == {Bot.DESK: ["Здравствуйте, Анна!"], Bot.CLIENTS: []}


def test_the_bot_for_clients_has_a_webhook_and_a_secret_of_its_own(anna: Any, bots: Bots) -> None:
    """S14: the secret of one bot opens nothing for the other."""
    who = {"id": ANNA, "first_name": "Anna", "language_code": "ru"}
    message = {"message_id": 1, "date": 1, "chat": {"id": ANNA, "type": "private"}, "from": who, "text": "hi"}
    update = {"update_id": 1, "message": message}

    def bring_to(path: str, secret: str) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return Client().post(path, update, content_type="application/json", headers=headers).status_code

    assert bring_to("/telegram/webhook", SECRET) == 403
    assert bring_to("/telegram/clients/webhook", "") == 403
    assert bring_to("/telegram/clients/webhook", SECRET) == 200
    assert bring_to("/telegram/clients/webhook", SECRET) == 200
    (event,) = Event.objects.filter(name="message.received")
    assert event.payload["bot"] == "clients"


def test_a_workflow_that_answers_its_own_answers_comes_to_an_end(anna: Any, bots: Bots, settings: Any) -> None:
    """S2-9: the depth of the run goes with its message."""
    settings.SUBWORKFLOW_MAX_DEPTH = 3
    bots[Bot.DESK].acts.person(ANNA)
    Contact.objects.create(project=anna.memberships.get().project, telegram_id=ANNA, updated_at=timezone.now())
    trigger = {"config": {"event": "message.sent"}}
    words = {"chat": ANNA, "text": "Ещё раз"}
    nodes: list[driving.NodeSpec] = [("begin", "trigger-event", trigger), ("act", "telegram-send", {"config": words})]
    what = driving.definition(nodes, [("begin", "act")])
    flow = driving.workflow(anna, what)
    first = runs.start(flow, anna, input_data={})
    driving.drain()
    for _time in range(6):
        send()
    assert first.depth == 0
    assert [run.depth for run in runs_of(flow)] == [0, 1, 2, 3]


def test_a_client_who_blocks_their_bot_is_not_reached_until_they_write_again(anna: Any, bots: Bots) -> None:
    """Seed 1.1: the desk's chat with the same person is another one."""
    boris = runs.person("operator", telegram_id=ANNA)
    bots[Bot.CLIENTS].write(ANNA, "Здравствуйте")
    bring(bots, Bot.CLIENTS)
    contact = Contact.objects.get(telegram_id=ANNA)
    for status, reached in (("kicked", False), ("member", True), ("kicked", False)):
        who = {"id": ANNA, "first_name": "Anna"}
        change = {"chat": {"id": ANNA, "type": "private"}, "from": who, "new_chat_member": {"status": status}}
        bots[Bot.CLIENTS].happen(my_chat_member=change)
        bring(bots, Bot.CLIENTS)
        contact.refresh_from_db()
        assert (contact.telegram_unreachable_at is None) is reached
    assert not Presence.objects.filter(person=boris, reachable=False).exists()
    bots[Bot.CLIENTS].write(ANNA, "Я снова здесь")
    bring(bots, Bot.CLIENTS)
    contact.refresh_from_db()
    assert contact.telegram_unreachable_at is None


@pytest.mark.slow
def test_one_process_listens_to_both_bots(anna: Any, bots: Bots) -> None:
    """Seed 1.1: `telegram_polling` as it is run; each bot has a lock and a place in its updates of its own."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    here = {
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": settings.REDIS_URL,
        "NARYAD_ENV_FILE": os.devnull,
        "NARYAD_PROCESS": "bot",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_CLIENT_BOT_TOKEN": CLIENTS_TOKEN,
        "TELEGRAM_API_BASE_URL": bots[Bot.DESK].url,
    }
    for bot, api in bots.items():
        api.write(ANNA, f"to {bot}")
    command = [sys.executable, "manage.py", "telegram_polling"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | here) as process:
        try:
            until(lambda: Event.objects.filter(name="message.received").count() == len(bots))
        finally:
            process.terminate()
        assert process.wait(90) == 0
    said = Event.objects.filter(name="message.received").values_list("payload__text", "payload__bot")
    assert sorted(said) == [("to clients", "clients"), ("to desk", "desk")]
