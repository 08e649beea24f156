"""`dev.py pictures`: the pictures of `docs/pictures`, taken while a ticket goes its way through a running installation.

The emulator's author and executors are played in a browser, by the buttons that people press.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from devtools.bootstrap import ROOT
from devtools.browser import find_browser, keep, log_in, opened_page
from devtools.environment import Plan, as_named
from devtools.installation import Installation, Refused, installation

PICTURES: Final = ROOT / "docs" / "pictures"
AUTHOR, IVAN = 101, 102
TEXT: Final = "Не печатает принтер в 304-м кабинете\nМигает красная лампочка, бумага есть. Нужно до обеда."
REASON: Final = "Печатает, но мажет чернилами"
WIDTH: Final = 1280
PATIENCE_MS: Final = 20_000


def pictures(arguments: Sequence[str]) -> int:
    """Play a ticket's whole way and take a picture at each turn. Needs `dev.py up` and a Chromium of the system."""
    if arguments:
        raise Refused("pictures takes no arguments")
    home = installation()
    plan = as_named(home)
    browser = find_browser()
    if plan.emulator_port is None or not home.credentials.exists():
        raise Refused(
            "the pictures are of the Telegram emulator and the demo's people: python3 dev.py up without a token"
        )
    with opened_page(browser, width=WIDTH) as page:
        number = _play(_Chats(page, f"http://127.0.0.1:{plan.emulator_port}"))
        _show_pages(page, home, plan, number)
    return 0


class _Chats:
    """The emulator's page: what a person writes, presses, and sees."""

    def __init__(self, page: Any, address: str) -> None:
        self._page = page
        try:
            page.goto(address)
        except Exception as error:  # the library's own kind, which only it can name
            raise Refused(f"nothing answers at {address}: python3 dev.py up") from error
        self._of(AUTHOR).wait_for()

    def _of(self, person: int) -> Any:
        return self._page.locator(f'[data-person="{person}"]')

    def write(self, person: int, text: str) -> None:
        box = self._of(person).locator("textarea")
        box.fill(text)
        box.press("Enter")

    def wait(self, person: int, text: str) -> None:
        """Until the person's newest message, or the buttons under it, say `text`."""
        newest = self._of(person).locator(".message:not(.mine)").last
        newest.filter(has_text=text).wait_for(timeout=PATIENCE_MS)

    def wait_gone(self, person: int, button: str) -> None:
        """Until no button of the person's chat says `button`."""
        self._of(person).get_by_role("button", name=button, exact=True).wait_for(state="detached", timeout=PATIENCE_MS)

    def press(self, person: int, button: str) -> None:
        self._of(person).get_by_role("button", name=button, exact=True).last.click(timeout=PATIENCE_MS)

    def newest(self, person: int) -> str:
        return str(self._of(person).locator(".message:not(.mine)").last.inner_text())

    def take(self, name: str, person: int | None = None) -> None:
        """A picture of a person's chat, or of all of them."""
        self._page.locator(".toast:visible").first.wait_for(state="hidden", timeout=PATIENCE_MS)
        keep(self._page if person is None else self._of(person), PICTURES / f"{name}.png")


def _play(chats: _Chats) -> int:
    """The cycle with everything that may happen on the way; returns the ticket's number."""
    chats.write(AUTHOR, TEXT)
    chats.wait(IVAN, "Взять в работу")
    number = int(chats.newest(IVAN).partition("№")[2].split()[0])
    chats.take("telegram-new", IVAN)
    chats.press(IVAN, "Взять в работу")
    chats.wait(AUTHOR, "взял в работу")
    chats.wait(IVAN, "Отложить")
    chats.take("telegram-in-work", IVAN)
    chats.press(IVAN, "Отложить")
    chats.wait(IVAN, "Неделя")
    chats.take("telegram-deferred", IVAN)
    chats.press(IVAN, "Вернуть в работу")
    chats.wait(IVAN, "На подтверждение")
    chats.press(IVAN, "На подтверждение")
    chats.wait(AUTHOR, "Подтвердить выполнение")
    chats.take("telegram-check", AUTHOR)
    chats.press(AUTHOR, "Вернуть в работу")
    chats.wait(AUTHOR, "Что не так?")
    chats.take("telegram-returned", AUTHOR)
    chats.write(AUTHOR, REASON)
    chats.wait(IVAN, REASON)
    chats.press(IVAN, "На подтверждение")
    chats.wait(AUTHOR, "Подтвердить выполнение")
    chats.press(AUTHOR, "Подтвердить выполнение")
    chats.wait(AUTHOR, "Открыть снова")
    chats.wait(IVAN, "Автор подтвердил")
    chats.wait_gone(IVAN, "Отозвать")
    chats.take("telegram-chats")
    return number


def _show_pages(page: Any, home: Installation, plan: Plan, number: int) -> None:
    """The author's pages outside of Telegram."""
    viewer = json.loads(home.credentials.read_text())["viewer"]
    log_in(page, f"{plan.url}/login?next=/tickets/{number}", viewer, button="main button")
    for name, address in (
        ("desk-ticket", f"/tickets/{number}"),
        ("desk-tickets", "/tickets"),
        ("desk-new", "/tickets/new"),
    ):
        page.goto(f"{plan.url}{address}")
        keep(page, PICTURES / f"{name}.png")
