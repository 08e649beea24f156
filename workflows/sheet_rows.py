"""Rows of a sheet and items of a workflow: the fields that the nodes share, and how the one becomes the other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import GOOGLE, OAUTH2_REFRESH
from integrations.safe_json import Encoder
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.node_type import Item, NodeContext

MAX_CELL = 50_000
"""Characters that a cell of Google Sheets takes."""
LETTERS = 26
EVERYTHING = "A:ZZZ"
"""The cells of a sheet that is not named: a range has to say something."""


class Sheet(node_type.Config):
    """Which table, opened by whom, and where in it."""

    credential: CredentialRef = CredentialField(GOOGLE, OAUTH2_REFRESH, required=True)
    table: str = Field(
        min_length=1,
        max_length=500,
        title=gettext_noop("Таблица"),
        description=gettext_noop("Адрес таблицы Google или её id; она должна быть открыта этому доступу"),
    )
    sheet: str = Field(
        default="",
        max_length=200,
        title=gettext_noop("Лист"),
        description=gettext_noop("Название листа; пусто — первый лист"),
    )


def headings(row: Sequence[Any]) -> list[str]:
    """Names of the columns, unique and not empty: a nameless column gets its letter, a double one a number."""
    names: list[str] = []
    for place, cell in enumerate(row):
        name = said = str(cell).strip() or letter(place)
        number = 2
        while name in names:
            name, number = f"{said} {number}", number + 1
        names.append(name)
    return names


def letter(place: int) -> str:
    """The letters over column `place`, counted from 0: A … Z, AA …"""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, LETTERS)
        text = chr(ord("A") + rest) + text
    return text


def area(sheet: str, cells: str) -> str:
    """A range: cells of a sheet, of the first one where it is not named."""
    return f"{quoted(sheet)}!{cells}" if sheet else cells


def quoted(sheet: str) -> str:
    """The sheet's name as a range begins with it."""
    return "'" + sheet.replace("'", "''") + "'"


class Row(node_type.Config):
    """What is written where it is not the item itself."""

    row: dict[str, Any] | None = Field(
        default=None,
        title=gettext_noop("Что записать"),
        description=gettext_noop("Столбец и значение; пусто — поля элемента"),
    )
    values: Literal["raw", "entered"] = Field(
        default="raw",
        title=gettext_noop("Значения"),
        description=gettext_noop("raw — как есть; entered — как будто введены руками: формулы и даты оживают"),
    )
    new_columns: bool = Field(
        default=False,
        alias="newColumns",
        title=gettext_noop("Новые столбцы"),
        description=gettext_noop("Добавить столбцы для полей, которых на листе нет; иначе такие поля не пишутся"),
    )


def rows_of(context: NodeContext) -> list[Item]:
    """What each item writes."""
    configs = [context.config_for(index) for index in range(len(context.items))]
    return [item if one.row is None else one.row for item, one in zip(context.items, configs, strict=True)]


def unknown_columns(items: Sequence[Mapping[str, Any]], known: Sequence[str]) -> list[str]:
    """The keys of all items that are no columns yet, in the order in which they come first."""
    return list(dict.fromkeys(name.strip() for item in items for name in item if name.strip() not in known))


def row_of(item: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """The item's values under these columns; what it has not is null, what is no value of a cell is written as JSON."""
    bare = {name.strip(): value for name, value in item.items()}
    return [cell_of(bare.get(column)) for column in columns]


def cell_of(value: Any) -> Any:
    """A value that a cell takes."""
    if isinstance(value, bool) or value is None or isinstance(value, int | float | Decimal):
        return value
    text = value if isinstance(value, str) else json.dumps(value, cls=Encoder, ensure_ascii=False)
    return text[:MAX_CELL]
