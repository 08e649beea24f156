from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from devtools.messages import KEYWORDS, from_template, merged, rendered, unfinished
from devtools.translations import BadCatalogue, compile_catalogues

TEMPLATE = """
{% load i18n %}
  <p title="{% translate 'Шаг' %}">{% blocktranslate with n=run.id %}Запуск {{ n }}: 100%{% endblocktranslate %}</p>
{% if a %}
      {{ _("Узел")|upper }} {% include "x.html" with name=_("Порт") %}
{% endif %}
{% blocktranslate trimmed %}
   две
   строки
{% endblocktranslate %} it's "quoted" (unbalanced
"""


def catalogue(**texts: str) -> Catalog:
    made = Catalog()
    for text in texts.values():
        made.add(text, None, [("a.py", 1)])
    return made


def test_texts_of_templates_are_found_as_django_looks_them_up() -> None:
    found = [text for _line, _function, text, _comments in from_template(_file(TEMPLATE), KEYWORDS, (), {})]
    assert found == ["Шаг", "Запуск %(n)s: 100%%", "Узел", "Порт", "две строки"]


def test_an_update_keeps_translations_guesses_none_and_drops_what_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Шаг"\nmsgstr "Step"\n\nmsgid "Узел сети"\nmsgstr "Host"\n')
    update = merged(path, catalogue(kept="Шаг", similar="Узел сетей"))
    assert {str(message.id): message.string for message in update if message.id} == {"Шаг": "Step", "Узел сетей": None}
    assert [message.id for message in unfinished(update)] == ["Узел сетей"]
    path.write_text(rendered(update))
    assert "Host" not in path.read_text()
    assert "POT-Creation-Date" not in path.read_text()
    assert rendered(merged(path, catalogue(kept="Шаг", similar="Узел сетей"))) == path.read_text()


def test_catalogues_are_compiled_once_for_each_content(tmp_path: Path) -> None:
    path = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Шаг"\nmsgstr "Step"\n')
    compiled = path.with_suffix(".mo")
    compile_catalogues(Path(sys.executable), tmp_path)
    assert b"Step" in compiled.read_bytes()
    compiled.write_bytes(b"as it was")
    compile_catalogues(Path(sys.executable), tmp_path)
    assert compiled.read_bytes() == b"as it was"
    compiled.unlink()
    compile_catalogues(Path(sys.executable), tmp_path)
    assert b"Step" in compiled.read_bytes()
    path.write_text(path.read_text().replace("Step", "Stage"))
    compile_catalogues(Path(sys.executable), tmp_path)
    assert b"Stage" in compiled.read_bytes()


def test_a_catalogue_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'msgid "\xff"\nmsgstr "x"\n')
    with pytest.raises(BadCatalogue):
        compile_catalogues(Path(sys.executable), tmp_path)


def _file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())
