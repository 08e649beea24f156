"""The system's Chromium, as the commands see it that take pictures of pages."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from devtools import console
from devtools.bootstrap import ROOT
from devtools.installation import Refused

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
HEIGHT: Final = 860
COLOURS: Final = 256


def find_browser() -> str:
    """The path of a Chromium; raises `Refused` where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise Refused("there is no Chromium here (Debian: apt install chromium)")
    return found


@contextmanager
def opened_page(browser: str, *, width: int) -> Iterator[Any]:
    """An empty page of so many pixels, in Russian."""
    # Of the development packages, and heavy: nothing but the pictures needs it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield chromium.new_page(viewport={"width": width, "height": HEIGHT}, locale="ru-RU")
        chromium.close()


def log_in(page: Any, address: str, person: dict[str, str], *, button: str) -> None:
    """Fill in the form at `address` for one of the installation's `{username, password}`, and send it."""
    page.goto(address)
    page.fill("[name=username]", person["username"])
    page.fill("[name=password]", person["password"])
    page.click(button)


def keep(shown: Any, target: Path) -> None:
    """A picture of a page or of a part of it, below the project's folder, in few colours: a third of the bytes."""
    # Heavy, and nothing but the pictures needs it.
    from PIL import Image

    taken = Image.open(io.BytesIO(shown.screenshot()))
    taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    console.say(str(target.relative_to(ROOT)))
