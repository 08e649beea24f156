"""Updates with something odd in any place: none is a defect of ours, which would be brought again and again."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.services import create_user
from integrations import safe_json
from tests.integration.tickets import desk
from tickets.telegram import buttons, handler, webhook

pytestmark = pytest.mark.django_db

BOT = "77"
PRESSER = 5
ODD: tuple[Any, ...] = (None, "", [], {"a": 1}, -(2**63), "\u202e" + "x" * 5000, "<b>&%s{{ 1 }}\n")


@pytest.fixture(autouse=True)
def _no_flood(settings: Any) -> None:
    """None of these is refused for being one of many, nor is who writes in a later test."""
    settings.TELEGRAM_PER_MINUTE = 1_000_000


def whole(number: int, kind: str) -> dict[str, Any]:
    """An update in which every part that is used is there."""
    sender = {"id": PRESSER, "is_bot": False, "first_name": "A", "language_code": "ru"}
    file = {"file_id": "f", "file_size": 3, "file_name": "a.txt"}
    message = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": PRESSER, "type": "private"},
        "from": sender,
        "text": "/start x",
        "caption": "words",
        "contact": {"phone_number": "+79001234567", "user_id": PRESSER},
        "document": file,
        "photo": [file],
        "media_group_id": "g",
        "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    }
    kinds: dict[str, Any] = {
        "message": {**message, "reply_to_message": {"message_id": 1, "chat": message["chat"], "text": "x"}},
        "edited_message": message,
        "callback_query": {"id": "q", "from": sender, "message": message, "data": f"{buttons.LINK}:x"},
        "my_chat_member": {"chat": message["chat"], "from": sender, "new_chat_member": {"status": "kicked"}},
    }
    return {"update_id": number, kind: kinds[kind]}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part."""
    if path:
        yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


def forged(kind: str, *, each: int) -> Iterator[dict[str, Any]]:
    """The update with each part in turn replaced by every `each`th odd value."""
    for turn, path in enumerate(places(whole(1, kind)[kind])):
        for odd in ODD[turn % each :: each]:
            update = copy.deepcopy(whole(1, kind))
            holder = update[kind]
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = odd
            yield update


KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


@pytest.mark.parametrize("kind", KINDS)
def test_no_update_is_a_defect_of_ours(kind: str) -> None:
    """S14, S28: whatever stands in it, it is taken in once."""
    expect_taken(forged(kind, each=len(ODD)), known=True)


@pytest.mark.long
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_no_update_of_anybody_is_a_defect_of_ours(kind: str, known: bool) -> None:
    """S14, S28: of people and of strangers, each odd value in each place."""
    expect_taken(forged(kind, each=1), known=known)


def expect_taken(updates: Iterator[dict[str, Any]], *, known: bool) -> None:
    if known:
        create_user(username="anna", password=None, telegram_id=PRESSER)
        desk.category()
    for number, update in enumerate(updates):
        with transaction.atomic():
            handler.handle({**update, "update_id": number}, bot_id=BOT)
            transaction.set_rollback(True)


DATA = (
    "",
    ":",
    "::::",
    "t",
    "t:",
    "x" * 64,
    "take:0",
    "take:-1",
    "take:9223372036854775808",
    "take:1:2:3",
    "\x7f",
    "взять:1",
)


def test_no_button_is_a_defect_of_ours() -> None:
    """S14: what a press says is data of a stranger."""
    create_user(username="anna", password=None, telegram_id=PRESSER)
    words = {value for name, value in vars(buttons).items() if name.isupper() and isinstance(value, str)}
    endings = ("", ":", ":0", ":-1", ":9223372036854775808", ":1:2:3", ":x", ":" + "9" * 60)
    for number, data in enumerate((*DATA, *(f"{word}{ending}" for word in sorted(words) for ending in endings))):
        update = whole(number, "callback_query")
        update["callback_query"]["data"] = data
        with transaction.atomic():
            assert handler.handle(update, bot_id=BOT) is not None, data
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"null", b"[]", b"{}", b'{"update_id":1e3}', b'{"update_id":true}', b"[" * 9999, b"7" * 9999]
)
def test_what_is_no_update_is_taken_and_left(body: bytes) -> None:
    """S14, S28: anything else than 200 would bring it again."""
    assert webhook.take(body) == b""


def test_an_update_beyond_every_number_is_taken_and_left() -> None:
    assert webhook.take(safe_json.dumps({"update_id": 2**63 - 1, "message": None}).encode()) == b""
