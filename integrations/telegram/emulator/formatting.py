"""PURE: Telegram's HTML. Read into text and entities as the Bot API gives them back, refused in its words."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from integrations.telegram.emulator.refusals import bad

KINDS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
TOKEN: Final = re.compile(r"<(?P<end>/?)(?P<name>[^\s>/]*)(?P<attributes>[^>]*)>|<")
LINK: Final = re.compile(r"""href\s*=\s*["']([^"']*)["']""")

Entity = dict[str, Any]


def read(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities; anything but HTML is taken as it stands. Raises `Refusal`."""
    if parse_mode.lower() != "html":
        return text, []
    plain: list[str] = []
    opened: list[tuple[str, int, str]] = []
    entities: list[Entity] = []
    at = 0
    for token in TOKEN.finditer(text):
        plain.append(html.unescape(text[at : token.start()]))
        at = token.end()
        name = (token["name"] or "").lower()
        if name not in KINDS:
            offset = len(text[: token.start()].encode())
            raise bad(f'can\'t parse entities: Unsupported start tag "{token["name"] or ""}" at byte offset {offset}')
        if not token["end"]:
            link = LINK.search(token["attributes"])
            opened.append((name, _units("".join(plain)), html.unescape(link[1]) if link else ""))
        elif not opened or opened[-1][0] != name:
            offset = len(text[: token.start()].encode())
            raise bad(f"can't parse entities: Unexpected end tag at byte offset {offset}")
        else:
            entities.append(_entity(*opened.pop(), end=_units("".join(plain))))
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    plain.append(html.unescape(text[at:]))
    found = "".join(plain)
    return found.rstrip(), sorted((one for one in entities if one["length"]), key=lambda one: one["offset"])


def _entity(name: str, start: int, link: str, *, end: int) -> Entity:
    entity: Entity = {"type": KINDS[name], "offset": start, "length": end - start}
    if name == "a":
        entity["url"] = link
    return entity


def _units(text: str) -> int:
    """Telegram counts in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def as_html(text: str, entities: list[Entity]) -> str:
    """The text with its entities as HTML that a page may show: only tags of ours, everything else escaped."""
    marks: dict[int, list[tuple[int, str]]] = {}
    for entity in entities:
        name = next((name for name, kind in KINDS.items() if kind == entity["type"]), "")
        if not name or (name == "a" and not str(entity.get("url", "")).startswith(("http://", "https://"))):
            continue
        opening = f'<a href="{html.escape(entity["url"])}" rel="noreferrer">' if name == "a" else f"<{name}>"
        start, end = entity["offset"], entity["offset"] + entity["length"]
        marks.setdefault(start, []).append((-end, opening))
        marks.setdefault(end, []).append((-start, f"</{name}>"))
    shown: list[str] = []
    at = 0
    for letter in [*text, ""]:
        shown += [mark for _order, mark in sorted(marks.pop(at, []), key=lambda one: (one[1][1] != "/", one[0]))]
        shown.append(html.escape(letter))
        at += _units(letter)
    return "".join(shown)
