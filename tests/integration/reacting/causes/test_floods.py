"""Floods of requests: one client asks more often than it may, at each of our doors."""

from __future__ import annotations

from typing import Any

from django.test import Client

from integrations.models import Event, OutboxMessage
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, listening, runs_of
from tickets.models import Ticket
from tickets.telegram import handler

FLOOD = "client.too_many_requests"
HOME = "/api/v1/workflows"


def told() -> list[Any]:
    return list(Event.objects.filter(name=FLOOD).order_by("at"))


def test_a_person_who_asks_the_api_too_often_is_held_up_and_told_of_once(anna: Any, settings: Any) -> None:
    """S2-11, seed 6.11: «Пришло слишком много запросов от одного клиента»: 429, and a chain runs."""
    settings.API_PER_MINUTE = 3
    flow = listening(anna, event=FLOOD)
    boris = runs.person("viewer")
    api, other = runs.client(boris), runs.client(anna)
    answers = [api.get(HOME) for _time in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 3
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get(HOME).status_code == 200
    deliver()
    driving.drain()
    (run,) = runs_of(flow)
    assert done(run)["payload"] == {"client": f"user:{boris.pk}", "count": 3, "seconds": 60}


def test_an_address_that_asks_the_api_too_often_is_held_up_whoever_it_says_it_is(anna: Any, settings: Any) -> None:
    """S2-11: before a token is even looked at; other addresses and other pages are not held up."""
    settings.API_PER_MINUTE_ADDRESS = 3
    somewhere, elsewhere = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    answers = [somewhere.get(HOME, headers={"Authorization": f"Bearer {number}"}) for number in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
    assert answers[-1].json()["code"] == "too_many_requests"
    assert int(answers[-1]["Retry-After"]) > 0
    assert elsewhere.get(HOME).status_code == 401
    assert somewhere.get("/healthz").status_code == 200
    (event,) = told()
    assert (event.subject, event.payload["count"]) == ("203.0.113.7", 3)


def test_a_network_of_ipv6_is_one_client(anna: Any, settings: Any) -> None:
    """S2-11: whoever has a /64 has many addresses."""
    settings.API_PER_MINUTE_ADDRESS = 2
    answers = [Client(REMOTE_ADDR=f"2001:db8::{number}").get(HOME).status_code for number in range(1, 5)]
    assert answers == [401, 401, 429, 429]


def test_who_floods_the_bot_is_not_heard_and_is_told_so_once(anna: Any, settings: Any) -> None:
    """S2-11: the bot acts upon so many messages of one person; others are heard as before."""
    settings.TELEGRAM_PER_MINUTE = 2
    for number in range(5):
        handler.handle(_message(number, sender=901), bot_id="77")
    handler.handle(_message(10, sender=902), bot_id="77")
    said = [event.payload["text"] for event in Event.objects.filter(name="message.received").order_by("at")]
    assert said == ["word 0", "word 1", "word 10"]
    (letter,) = OutboxMessage.objects.filter(topic="telegram.send")
    assert (letter.payload["chatId"], "подождите" in letter.payload["text"]) == (901, True)
    (event,) = told()
    assert event.subject == "telegram:901"


def test_who_presses_too_often_is_answered_and_nothing_is_done(anna: Any, settings: Any) -> None:
    """S2-11: every press gets an answer, also one that is not acted upon."""
    settings.TELEGRAM_PER_MINUTE = 1
    first, second = (handler.handle(_press(number, sender=903), bot_id="77") for number in (1, 2))
    assert first is not None
    assert second is not None
    assert "подождите" not in first.text
    assert "подождите" in second.text
    assert not Ticket.objects.exists()


def _message(number: int, *, sender: int) -> dict[str, Any]:
    who = {"id": sender, "is_bot": False, "first_name": "A", "language_code": "ru"}
    words = {"message_id": number, "date": 1, "chat": {"id": sender, "type": "private"}, "from": who}
    return {"update_id": number, "message": {**words, "text": f"word {number}"}}


def _press(number: int, *, sender: int) -> dict[str, Any]:
    who = {"id": sender, "is_bot": False, "first_name": "A", "language_code": "ru"}
    return {"update_id": number, "callback_query": {"id": str(number), "from": who, "data": "x"}}
