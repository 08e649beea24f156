"""The words of the bot, as Telegram's HTML, in a language of the person's."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation

from accounts.languages import language_for


def linked(*, telegram_id: int, name: str, username: str, language: str) -> str:
    """To somebody whose Telegram belongs to an account; `language` is theirs."""
    return _render("linked", language, telegram_id=telegram_id, name=name, username=username)


def unknown(*, telegram_id: int, language_code: str | None) -> str:
    """To somebody without an account: what to do. `language_code` is what their Telegram speaks, e.g. `pt`."""
    return _render("unknown", language_for("", accepted=language_code or ""), telegram_id=telegram_id)


def _render(template: str, language: str, *, telegram_id: int, **values: str) -> str:
    # As a text, so that no language puts separators into the id, which is there to be copied.
    with translation.override(language):
        return render_to_string(f"telegram/{template}.html", {"telegram_id": str(telegram_id), **values}).strip()
