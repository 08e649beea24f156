"""Pages for people who do not read Russian hold none."""

from __future__ import annotations

import re

import pytest

from tests.integration.admin_pages.test_walk import addresses, client

pytestmark = pytest.mark.django_db

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
NAMES = ("Основной проект", "Русский")
"""What somebody has called something, and a language's own name."""


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_no_page_speaks_russian_to_others(language: str) -> None:
    browser = client(language, is_staff=True, is_superuser=True)
    russian = {}
    for address in addresses():
        page = browser.get(address, follow=True).content.decode()
        for name in NAMES:
            page = page.replace(name, "")
        if found := CYRILLIC.search(page):
            russian[address] = page[max(0, found.start() - 60) : found.end() + 60]
    assert russian == {}
