"""The frame of the admin speaks the languages of the product, though the library knows English alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import unfold
from django.test import Client
from django.utils.translation import gettext, override

from accounts.models import User

TEMPLATES = Path(unfold.__file__).parent / "templates"
TEXT = re.compile(r"""\{%\s*(?:trans|translate)\s+(["'])(.+?)\1""")


@pytest.mark.parametrize("language", ["ru", "pt-br"])
def test_every_text_of_the_frame_is_translated(language: str) -> None:
    """Issue 8: a new release of the library that says something new fails here."""
    texts = {
        text
        for path in TEMPLATES.rglob("*.html")
        if "crispy" not in str(path)
        for _quote, text in TEXT.findall(path.read_text())
    }
    with override(language):
        untranslated = {text for text in texts if gettext(text) == text}
    assert untranslated == set()


@pytest.mark.django_db
def test_a_name_of_any_gender_may_stand_beside_what_is_done_to_it() -> None:
    """It was called "Добавить группа", and then "группа … был успешно добавлен"."""
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(User.objects.create_superuser("root", "long-enough-47"))
    assert "Добавить: группа" in browser.get("/admin/auth/group/add/").content.decode()
    page = browser.post("/admin/auth/group/add/", {"name": "Склад"}, follow=True).content.decode()
    assert "Склад</a>»: добавлено." in page
    assert "был успешно" not in page


@pytest.mark.django_db
def test_in_portuguese_too_a_name_of_any_gender_may_stand_there() -> None:
    """It was "O credenciais “Loja” foi adicionado com sucesso"."""
    browser = Client(headers={"accept-language": "pt-br"})
    browser.force_login(User.objects.create_superuser("root", "long-enough-47", language="pt-br"))
    page = browser.post("/admin/auth/group/add/", {"name": "Loja"}, follow=True).content.decode()
    assert "Loja</a>”: inclusão concluída." in page
    assert "foi adicionado" not in page


@pytest.mark.django_db
def test_a_list_is_called_what_it_holds() -> None:
    """It was called "Выберите тревога для просмотра"."""
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(User.objects.create_superuser("root", "long-enough-47"))
    for table, title in (("accounts/user", "Пользователи"), ("workflows/workflow", "Рабочие процессы")):
        page = browser.get(f"/admin/{table}/").content.decode()
        assert re.search(r"<title>\s*" + title, page), table
