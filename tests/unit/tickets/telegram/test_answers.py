"""What the bot says to somebody it knows, and to somebody it does not."""

from __future__ import annotations

import pytest

from tickets.telegram import answers


def test_a_stranger_reads_that_nobody_was_found_and_what_to_do() -> None:
    """S4-14: the Telegram id is told, so that staff can link it by hand."""
    first, _blank, number, advice = answers.unknown(telegram_id=123456789, language_code="ru").splitlines()
    assert first == "Пользователь не найден"
    assert "<code>123456789</code>" in number
    assert "администратору" in advice
    assert "/start" in advice


def test_a_linked_person_reads_their_name_their_id_and_their_account() -> None:
    text = answers.linked(telegram_id=42, name="Анна", username="anna", language="ru")
    assert "Анна" in text
    assert "<code>42</code>" in text
    assert "<b>anna</b>" in text


def test_what_people_call_themselves_is_no_markup() -> None:
    text = answers.linked(telegram_id=42, name="<b>& Co</b>", username="anna", language="ru")
    assert "&lt;b&gt;&amp; Co&lt;/b&gt;" in text


def test_a_large_id_has_no_separators_in_any_language() -> None:
    for language in ("ru", "en", "pt-br"):
        text = answers.linked(telegram_id=7123456789, name="A", username="a", language=language)
        assert "<code>7123456789</code>" in text


@pytest.mark.parametrize("code", [None, "", "xx", "tlh-KX", "ru-RU", "\x00", "a" * 600])
def test_a_language_that_nobody_speaks_here_becomes_the_one_of_the_installation(code: str | None) -> None:
    assert answers.unknown(telegram_id=1, language_code=code).startswith("Пользователь не найден")


def test_a_stranger_is_answered_in_the_language_of_their_telegram() -> None:
    assert answers.unknown(telegram_id=1, language_code="en").startswith("User not found")
    assert answers.unknown(telegram_id=1, language_code="pt").startswith("Usuário não encontrado")
