"""Everything that people read is written in Russian in the code, and stands in every catalogue in their language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation import to_locale

from devtools.messages import KEYWORDS, extracted, merged, rendered, targets, unfinished
from devtools.translations import LOCALE
from tests.architecture.tree import ROOT, files, modules, name, parsed

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")
PLACE = re.compile(r"%\(\w+\)[a-z]|%%")
BRACES = re.compile(r"\{[^}]*\}")
TAG = re.compile(r"<[^>]*>")
ENTITY = re.compile(r"&\w+;")
NOT_FOR_PEOPLE = {
    "bench/presses.py": "what the bot answers to whoever was first",
    "devtools/exhibits.py": "what the people in the screenshots write",
    "devtools/pictures.py": "what the people in the pictures of the documentation write and press",
    "devtools/screenshots.py": "what the people in the screenshots write and press",
    "integrations/bigquery_names.py": "letters that are written in Latin ones",
    "integrations/event_types/communication.py": "samples of what people write",
    "integrations/event_types/data.py": "samples of what people write",
    "integrations/event_types/internal.py": "samples of what people write",
    "integrations/event_types/sales.py": "samples of what people write",
    "integrations/message_rules.py": "words that are looked for in messages, by language",
    "integrations/telegram/emulator/identity.py": "the bot and the people whom the emulator plays",
    "integrations/wildberries/sandbox/figures.py": "a kind of payment, as Wildberries would name it",
    "integrations/wildberries/sandbox/goods.py": "goods of the made-up seller, as Wildberries would give them",
    "integrations/wildberries/sandbox/parameters.py": "refusals in Wildberries' words",
    "integrations/wildberries/sandbox/seller.py": "campaigns of the made-up seller",
    "integrations/wildberries/sandbox/trade.py": "warehouses and regions of the made-up seller",
    "tickets/management/commands/demo_desk.py": "names of the people whom the emulator plays",
    "workflows/importers/n8n/traits.py": "words that are looked for in names of nodes",
    "workflows/management/commands/make_node.py": "the text of a new file, whose own calls of gettext are extracted",
}
PLURALS = {"ngettext", "ngettext_lazy", "npgettext", "npgettext_lazy"}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extracted()


@pytest.fixture(params=targets(), ids=lambda path: path.parent.parent.name)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_language_of_the_settings_has_a_catalogue() -> None:
    languages = [to_locale(code) for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    assert sorted(path.parent.parent.name for path in targets()) == sorted(languages)


def test_a_catalogue_holds_exactly_the_texts_of_the_code(path: Path, texts: Catalog) -> None:
    """In the form that `make messages` writes: no text is missing, none is left over."""
    assert path.read_text() == rendered(merged(path, texts))


def test_every_text_is_translated(path: Path, texts: Catalog) -> None:
    assert not [message.id for message in unfinished(merged(path, texts))]


def test_a_translation_has_the_places_and_tags_of_its_text(path: Path, texts: Catalog) -> None:
    different = [
        (text, translation)
        for text, translation in _pairs(path, texts)
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(translation))
        or sorted(TAG.findall(text)) != sorted(TAG.findall(translation))
    ]
    assert not different


def test_a_translation_is_not_russian(path: Path, texts: Catalog) -> None:
    assert not [translation for _text, translation in _pairs(path, texts) if RUSSIAN.search(translation)]


def test_libraries_speak_russian_where_they_did_not() -> None:
    """Their texts have places like {name}, and none of ours is among them."""
    with (LOCALE / "ru" / "LC_MESSAGES" / "django.po").open("rb") as file:
        texts = {str(message.id): str(message.string) for message in read_po(file, locale="ru") if message.id}
    assert texts
    for text, translation in texts.items():
        assert not RUSSIAN.search(text)
        assert RUSSIAN.search(translation)
        assert BRACES.findall(text) == BRACES.findall(translation)


def test_texts_in_the_code_go_through_gettext() -> None:
    bare = [
        f"{name(path)}:{line} {literal!r}"
        for path in modules(tests=False)
        if name(path) not in NOT_FOR_PEOPLE
        for line, literal in _bare_literals(parsed(path))
        if RUSSIAN.search(literal)
    ]
    assert not bare


def test_no_text_hides_in_another() -> None:
    """What stands in the braces of an f-string is not collected: it stayed Russian in every language."""
    hidden = [
        f"{name(path)}:{call.lineno}"
        for path in modules(tests=False)
        for string in ast.walk(parsed(path))
        if isinstance(string, ast.JoinedStr)
        for call in _calls(string)
        if _called(call) in KEYWORDS and isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden


def test_exceptions_are_needed() -> None:
    assert not [
        place
        for place in NOT_FOR_PEOPLE
        if not any(RUSSIAN.search(literal) for _line, literal in _bare_literals(parsed(ROOT / place)))
    ]


def test_no_text_depends_on_a_number() -> None:
    """gettext's source language has two plural forms, Russian has three: a number stands behind a colon instead."""
    calls = [name(path) for path in modules(tests=False) for call in _calls(parsed(path)) if _called(call) in PLURALS]
    assert not calls


def test_words_in_templates_are_translated() -> None:
    """Neither Russian nor English stands between the tags."""
    found = {}
    for path in files():
        if "templates" in path.relative_to(ROOT).parts and path.suffix in (".html", ".txt"):
            words = [word for word in _untranslated_words(path.read_text()) if LETTER.search(word)]
            if words:
                found[name(path)] = words
    assert not found


def _pairs(path: Path, texts: Catalog) -> Iterator[tuple[str, str]]:
    for message in merged(path, texts):
        if message.id and message.string:
            yield str(message.id), str(message.string)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=found) | ast.Attribute(attr=found):
            return found
    return ""


def _bare_literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines and string literals that are neither a docstring nor, whole, the argument of a gettext function."""
    fine = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    fine |= {id(argument) for call in _calls(tree) if _called(call) in KEYWORDS for argument in call.args}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in fine:
            yield node.lineno, node.value


def _untranslated_words(template: str) -> Iterator[str]:
    inside = False
    text = []
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.BLOCK:
            inside = token.contents.startswith("blocktranslate") or (inside and token.contents != "endblocktranslate")
        elif token.token_type == TokenType.TEXT and not inside:
            text.append(token.contents)
        else:
            text.append(" ")
    yield from ENTITY.sub(" ", TAG.sub(" ", "".join(text))).split()
