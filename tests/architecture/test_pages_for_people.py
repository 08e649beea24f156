"""The pages that tell people about tickets: what they name is there."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands
from django.utils import translation

from tests.architecture.tree import ROOT
from tickets import doctor

DOCS = ROOT / "docs"
PAGES = (
    "telegram-quickstart.ru.md",
    "ticket-flow.ru.md",
    "telegram-executors.ru.md",
    "telegram-authors.ru.md",
    "telegram.md",
    "desk.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_points_at_exists(page: str) -> None:
    """S4-25: quick start, notifications of executors, the whole way of a ticket, with pictures that are there."""
    text = (DOCS / page).read_text()
    places = {place.partition("#")[0] for place in re.findall(r"\]\(([^)\s]+)\)", text) if ":" not in place}
    assert [place for place in places if not (DOCS / place).exists()] == []
    commands = set(re.findall(r"manage(?:\.py)? ([a-z_]{4,})", text))
    assert commands <= set(get_commands())


def test_every_typical_error_stands_in_the_quick_start_with_the_check_that_finds_it() -> None:
    """S4-25: the seed's table, and the titles under which `doctor` tells of each."""
    text = (DOCS / "telegram-quickstart.ru.md").read_text()
    with translation.override("ru"):
        for row in doctor.typical_errors():
            assert f"| {row['error']} |" in text
