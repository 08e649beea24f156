"""Sendings to all contacts of a tag, over a real mail server and a real Bot API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as installation
from django.db import connection
from django.test import Client

from accounts import clock
from executions.models import Execution, Step
from integrations import event_payloads
from integrations.mail import line
from integrations.models import Event, OutboxMessage
from tests.fakes.bot_api import TOKEN, BotAPI, refusal
from tests.fakes.bot_api import running as bot_running
from tests.fakes.smtp import PostOffice, post_office
from tests.integration import runs
from tests.integration.executions import driving
from tickets.contacts import mailing, merging, unsubscribing
from tickets.models import Broadcast, Channel, Contact, Delivery
from tickets.telegram import handler

pytestmark = pytest.mark.django_db(transaction=True)

Maker = Callable[..., Contact]
LETTER = {"tag": "vip", "subject": "Новости для {name}", "text": "Здравствуйте, {name}!"}


@pytest.fixture(autouse=True)
def office(settings: Any) -> Iterator[PostOffice]:
    with post_office() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.PUBLIC_URL = "https://naryad.example.org"
        yield server
        line._hang_up()
        clock.shift(connection, 0)


@pytest.fixture
def bot(settings: Any) -> Iterator[BotAPI]:
    with bot_running() as api, redis.Redis.from_url(installation.REDIS_URL) as client:
        for key in client.scan_iter("naryad:limit:telegram*"):
            client.delete(key)
        settings.TELEGRAM_API_BASE_URL, settings.TELEGRAM_BOT_TOKEN = f"{api.url}/bot", TOKEN
        yield api


def send(config: dict[str, Any], item: dict[str, Any] | None = None) -> Execution:
    user = runs.person()
    flow = runs.workflow(user, ("tell", "notify-contacts", {"config": config}))
    execution = runs.start(flow, user, input_data=item or {})
    driving.work_off()
    return execution


def states() -> list[tuple[str, str, str]]:
    rows = Delivery.objects.order_by("contact__created_at", "contact_id")
    return list(rows.values_list("contact__name", "state", "reason"))


def test_every_reachable_contact_of_the_tag_gets_one_letter(office: PostOffice, make: Maker) -> None:
    """S1-14: contacts with a tag, in their own words; who is unsubscribed, unreachable or without address is left."""
    make(name="Анна", email="anna@example.org", tags=("VIP",))
    make(name="Борис", email="boris@example.org")
    make(name="Вера", phone="+79001234567", tags=("vip",))
    unsubscribing.unsubscribe(make(name="Глеб", email="gleb@example.org", tags=("vip",)), Channel.EMAIL)
    unsubscribing.mark_unreachable(make(name="Дина", email="dina@example.org", tags=("vip",)), Channel.EMAIL)

    execution = send(LETTER)

    (letter,) = office.letters
    assert (letter["To"], letter["Subject"]) == ("anna@example.org", "Новости для Анна")
    assert letter.get_content().startswith("Здравствуйте, Анна!")
    (item,) = driving.items(execution, "tell")
    skipped = {"no_address": 1, "unsubscribed": 1, "unreachable": 1}
    assert item["mailing"] == {"queued": {"email": 1}, "skipped": skipped}
    assert states() == [
        ("Анна", "sent", ""),
        ("Вера", "skipped", "no_address"),
        ("Глеб", "skipped", "unsubscribed"),
        ("Дина", "skipped", "unreachable"),
    ]


def test_contacts_go_out_in_parts_and_none_twice_however_often_the_step_is_repeated(
    office: PostOffice, make: Maker
) -> None:
    """Parts under the limit; a step that lost its progress goes over the same contacts and writes to nobody again."""
    for number in range(5):
        make(name=str(number), email=f"n{number}@example.org", tags=("vip",))

    execution = send({**LETTER, "perMinute": 2})
    assert (len(office.letters), driving.status(execution)) == (2, "running")
    Step.objects.filter(execution=execution).update(progress=None)
    for minute in range(1, 5):
        clock.shift(connection, minute * 61)
        driving.work_off()

    assert driving.status(execution) == "succeeded"
    assert sorted(letter["To"] for letter in office.letters) == [f"n{number}@example.org" for number in range(5)]


def test_a_letter_says_how_to_end_letters_and_the_page_does_it(office: PostOffice, make: Maker) -> None:
    """GET asks and changes nothing, POST unsubscribes without a log-in; a forged link is no page."""
    contact = make(name="Анна", email="anna@example.org", tags=("vip",))
    send({**LETTER, "html": "<p>{name}</p>"})

    (letter,) = office.letters
    address = letter["List-Unsubscribe"].strip(" <>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    texts = [part.get_content() for part in letter.iter_parts()]
    assert all(address in text.replace("&amp;", "&") for text in texts)
    path = address.removeprefix("https://naryad.example.org")
    client = Client(enforce_csrf_checks=True)
    assert "<form" in client.get(path).content.decode()
    assert Contact.objects.get().email_unsubscribed_at is None
    for _press in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    contact.refresh_from_db()
    assert contact.email_unsubscribed_at is not None
    assert Event.objects.filter(name="contact.unsubscribed", subject=str(contact.pk)).count() == 1
    assert client.post(re.sub(r".$", "~", path)).status_code == 404


def test_the_link_in_a_letter_outlives_the_row_it_was_written_for(office: PostOffice, make: Maker) -> None:
    """Two contacts became one, and that one another: whoever holds a letter may still end letters."""
    rows = [make(name="Анна", email="anna@example.org"), make(telegram_id=5), make(phone="+79001234567")]
    path = unsubscribing.link(rows[0]).removeprefix("https://naryad.example.org")
    merging.merge(into=rows[1], other=rows[0])
    last = merging.merge(into=rows[2], other=rows[1])
    assert last.former_ids == [rows[1].pk, rows[0].pk]
    assert Client().post(path).status_code == 200
    last.refresh_from_db()
    assert last.email_unsubscribed_at is not None
    assert unsubscribing.contact_in_chat(5, rows[0].pk.hex) == last
    assert unsubscribing.contact_in_chat(6, rows[0].pk.hex) is None


def test_a_wish_that_comes_while_the_letter_waits_is_kept(office: PostOffice, make: Maker, settings: Any) -> None:
    contact = make(name="Анна", email="anna@example.org", tags=("vip",))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send(LETTER)
    unsubscribing.unsubscribe(contact, Channel.EMAIL)
    settings.EMAIL_PORT = port
    clock.shift(connection, 60)
    driving.work_off()
    assert (office.letters, states()) == ([], [("Анна", "skipped", "unsubscribed")])


def test_who_is_not_there_any_more_is_marked_and_the_others_get_their_letter(office: PostOffice, make: Maker) -> None:
    gone = make(name="Анна", email="gone@example.org", tags=("vip",))
    make(name="Борис", email="boris@example.org", tags=("vip",))
    office.refused = {"gone@example.org": "550 5.1.1 no such box"}

    send(LETTER)

    gone.refresh_from_db()
    assert gone.email_unreachable_at is not None
    assert states() == [("Анна", "failed", "mail_rejected"), ("Борис", "sent", "")]


def test_a_server_that_says_later_is_asked_again(office: PostOffice, make: Maker) -> None:
    make(name="Анна", email="anna@example.org", tags=("vip",))
    office.answers = ["451 greylisted"]
    send(LETTER)
    assert states() == [("Анна", "waiting", "mail_deferred")]
    clock.shift(connection, line.DEFER_SECONDS + 1)
    driving.work_off()
    assert (len(office.letters), states()) == (1, [("Анна", "sent", "")])


def test_telegram_comes_first_where_both_ways_are_open(bot: BotAPI, office: PostOffice, make: Maker) -> None:
    bot.acts.person(5)
    make(name="А & Б", email="anna@example.org", telegram_id=5, tags=("vip",))
    make(name="Борис", email="boris@example.org", tags=("vip",))

    send({**LETTER, "channel": "any"})

    assert bot.texts_to(5) == ["Здравствуйте, А & Б!"]
    assert [letter["To"] for letter in office.letters] == ["boris@example.org"]


def test_who_has_blocked_the_bot_is_marked(bot: BotAPI, make: Maker) -> None:
    contact = make(name="Анна", telegram_id=5, tags=("vip",))
    bot.acts.person(5)
    bot.plan("sendMessage", refusal(403, "Forbidden: bot was blocked by the user"))

    send({**LETTER, "channel": "telegram"})

    contact.refresh_from_db()
    assert contact.telegram_unreachable_at is not None
    assert states() == [("Анна", "failed", "telegram_blocked")]


def test_the_button_under_a_message_ends_messages_for_its_contact_alone(bot: BotAPI, make: Maker) -> None:
    contact = make(name="Анна", telegram_id=5, tags=("vip",))
    bot.acts.person(5)
    bot.acts.person(6)
    send({**LETTER, "channel": "telegram"})
    (message,) = bot.messages_to(5)
    for presser, told in ((6, "Кнопка устарела"), (5, "Вы отписаны: сообщений больше не будет.")):
        bot.acts.press(5, "Отписаться")
        update = bot.waiting[-1]
        update["callback_query"]["from"]["id"] = presser
        update["callback_query"]["from"]["language_code"] = "ru"
        reply = handler.handle({**update, "update_id": 100 + presser}, bot_id="1")
        assert reply is not None
        assert reply.text == told
    contact.refresh_from_db()
    assert contact.telegram_unsubscribed_at is not None
    assert message.buttons


def test_deliveries_and_their_words_are_forgotten_in_time(office: PostOffice, make: Maker) -> None:
    make(name="Анна", email="anna@example.org", tags=("vip",))
    send(LETTER)
    assert mailing.prune(100) == 0
    clock.shift(connection, 91 * 86400)
    assert mailing.prune(100) == 1
    assert mailing.prune(100) == 0
    assert (Delivery.objects.count(), Broadcast.objects.count()) == (0, 0)
    assert OutboxMessage.objects.filter(topic=mailing.TOPIC, state="sent").count() == 1


def test_what_reaches_a_client_and_what_does_not_are_events(bot: BotAPI, make: Maker) -> None:
    """X-4, seed 6.4: «Не удалось отправить письмо или сообщение клиенту»: both have a cause, about the contact."""
    anna = make(name="Анна", telegram_id=11, tags=("vip",))
    boris = make(name="Борис", telegram_id=12, tags=("vip",))
    bot.acts.person(11)
    send({**LETTER, "channel": "telegram"})
    told = Event.objects.filter(name__in=["message.sent", "delivery.failed"])
    assert {(event.name, event.subject) for event in told} == {
        ("message.sent", str(anna.pk)),
        ("delivery.failed", str(boris.pk)),
    }
    for event in told:
        event_payloads.check(event.name, event.payload)


def test_a_message_of_a_workflow_to_a_clients_chat_is_an_event(bot: BotAPI, make: Maker) -> None:
    """X-4: an outbound Telegram message is `message.sent` about the contact; one to a colleague is none."""
    anna = make(name="Анна", telegram_id=11)
    user = runs.person()
    for number in (11, 13):
        bot.acts.person(number)
        runs.start(runs.workflow(user, ("tell", "telegram-send", {"config": {"chat": number, "text": "Привет"}})), user)
    driving.work_off()
    event = Event.objects.get(name="message.sent")
    assert (event.subject, event.payload["text"]) == (str(anna.pk), "Привет")
