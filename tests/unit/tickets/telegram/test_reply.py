"""What a press is answered, as Telegram takes it."""

from __future__ import annotations

from tickets.telegram.lengths import shown
from tickets.telegram.reply import MAX_TEXT, Reply


def test_an_answer_is_as_long_as_telegram_takes_by_its_own_count():
    """A longer one is refused, and the button would turn for ever: of most emoji it takes half as many."""
    for text in ("я" * 300, "😀" * 150):
        assert shown(Reply("1", text).as_webhook()["text"]) <= MAX_TEXT
    assert Reply("1", "я" * 200).as_webhook()["text"] == "я" * 200
