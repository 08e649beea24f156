"""Updates are read as far as they are used, and nothing in them is trusted to have its shape."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.telegram.schemas import read_update

MESSAGE = {"chat": {"id": 5, "type": "private"}, "from": {"id": 5, "language_code": "pt-br"}, "text": "hi", "date": 1}


def test_a_message_tells_its_chat_and_its_sender() -> None:
    update = read_update({"update_id": 1, "message": MESSAGE})
    assert update is not None
    assert update.message is not None
    assert update.message.sender is not None
    assert (update.message.chat.type, update.message.sender.language_code) == ("private", "pt-br")


def test_an_update_of_another_kind_has_no_message() -> None:
    update = read_update({"update_id": 1, "poll": {"id": "7"}, "new_in_2027": [1.5]})
    assert update is not None
    assert update.message is None


@pytest.mark.parametrize(
    "message",
    [
        "text",
        {},
        {**MESSAGE, "chat": {"id": "5", "type": "private"}},
        {**MESSAGE, "chat": {"id": 2**63, "type": "private"}},
        {**MESSAGE, "from": {"id": None}},
        {**MESSAGE, "text": "a\x00b"},
        {**MESSAGE, "text": "\ud800"},
        {**MESSAGE, "location": {"latitude": float("nan")}},
    ],
)
def test_an_update_of_another_shape_is_none(message: Any) -> None:
    """S28: what a database or a log must not hold is not let in."""
    assert read_update({"update_id": 1, "message": message}) is None
