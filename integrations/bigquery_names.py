"""PURE: names that BigQuery takes, made from names that people give."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

LONGEST_COLUMN: Final = 300
LONGEST_TABLE: Final = 200
"""BigQuery takes 1024 bytes; a staging table adds to the name, and people have to read it."""

_LATIN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_]+")
_RESERVED: Final = re.compile(
    r"_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_", re.IGNORECASE
)


def column_name(key: str, taken: Collection[str]) -> str:
    """The column for a key of a row; `taken` are the names in use, which BigQuery compares without regard to case."""
    name = _plain(key) or "column"
    if name[0].isdigit() or _RESERVED.match(name):
        name = f"c_{name}"
    used = {other.casefold() for other in taken}
    name = name[:LONGEST_COLUMN]
    candidate, number = name, 2
    while candidate.casefold() in used:
        ending = f"_{number}"
        candidate, number = name[: LONGEST_COLUMN - len(ending)] + ending, number + 1
    return candidate


def table_name(name: str, *, prefix: str = "") -> str:
    """The table for a dataset's name. Two datasets may come to the same one: whoever keeps the names must see to it."""
    return f"{prefix}{_plain(name).strip('_') or 'table'}"[:LONGEST_TABLE]


def _plain(text: str) -> str:
    return _FOREIGN.sub("_", "".join(_letter(letter) for letter in text)).rstrip("_")


def _letter(letter: str) -> str:
    latin = _LATIN.get(letter.lower())
    if latin is None:
        return letter
    return latin if letter.islower() else latin.capitalize()
