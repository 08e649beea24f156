"""Notion: pages and databases, over the API of 2022-06-28."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_PAGE = Field("page", gettext_noop("Страница"), gettext_noop("id страницы"), to="path", required=True)
_DATABASE = gettext_noop("База данных")
_PROPERTIES = Field(
    "properties",
    gettext_noop("Свойства"),
    gettext_noop("Название свойства и его значение в записи Notion"),
    kind="object",
)
_SHOWN = Field(
    "simple",
    gettext_noop("Вид страницы"),
    gettext_noop("raw — как в Notion; names — значения под названиями свойств; prefixed — под именами property_…"),
    to="none",
    default="names",
    choices=("raw", "names", "prefixed"),
)
_ID = re.compile(r"([0-9a-f]{32})(?:[?#].*)?$")


def plain_page(page: Any, values: Mapping[str, Any]) -> Any:
    """A page with its values in place of Notion's notation."""
    how = values.get("simple", "names")
    if how == "raw" or not isinstance(page, Mapping) or not isinstance(page.get("properties"), Mapping):
        return page
    found: dict[str, Any] = {"id": page.get("id")}
    named = {name: plain_value(value) for name, value in page["properties"].items()}
    if how == "names":
        return {**found, **named}
    title = next((plain_value(one) for one in page["properties"].values() if one.get("type") == "title"), "")
    found |= {"name": title, "url": page.get("url")}
    return {**found, **{f"property_{_snake(name)}": value for name, value in named.items()}}


def plain_value(held: Any) -> Any:
    """The value of a property: text for texts, names for choices, ids for relations and people."""
    kind = held.get("type") if isinstance(held, Mapping) else None
    value = held.get(kind) if kind else None
    if kind in ("title", "rich_text"):
        return "".join(str(part.get("plain_text", "")) for part in value or ())
    if kind in ("select", "status"):
        return value.get("name") if value else None
    if kind == "multi_select":
        return [one.get("name") for one in value or ()]
    if kind == "people":
        return [one.get("name") or one.get("id") for one in value or ()]
    if kind == "relation":
        return [one.get("id") for one in value or ()]
    if kind == "files":
        return [(one.get("file") or one.get("external") or {}).get("url") for one in value or ()]
    if kind in ("formula", "rollup"):
        return value.get(value.get("type")) if isinstance(value, Mapping) else None
    if kind in ("created_by", "last_edited_by"):
        return value.get("name") or value.get("id") if isinstance(value, Mapping) else None
    return value


def page_id(text: str) -> str:
    """The id of a page or database that is named by its id or by its address."""
    found = _ID.search(text.replace("-", "").strip())
    return found[1] if found and "/" in text else text.strip()


def _snake(name: str) -> str:
    spaced = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^\w]+|_+", "_", spaced).strip("_").lower()


def _with_ids(values: dict[str, Any]) -> dict[str, Any]:
    ids: dict[str, Any] = {name: page_id(str(values[name])) for name in ("page", "database") if name in values}
    return {**values, **ids}


def _with_icon(values: dict[str, Any]) -> dict[str, Any]:
    given = _with_ids(values)
    if "icon" in given:
        icon = str(given["icon"])
        is_url = icon.startswith("http")
        given["icon"] = {"type": "external", "external": {"url": icon}} if is_url else {"type": "emoji", "emoji": icon}
    return given


VENDOR = Vendor(
    name="notion",
    base_url="https://api.notion.com",
    kinds=(BEARER,),
    headers={"Notion-Version": "2022-06-28"},
    operations=(
        Operation(
            "page-create",
            gettext_noop("Создать страницу в базе"),
            "POST",
            "/v1/pages",
            (
                Field(
                    "database",
                    _DATABASE,
                    gettext_noop("id или адрес базы"),
                    to="body:parent.database_id",
                    required=True,
                ),
                _PROPERTIES,
                Field("icon", gettext_noop("Значок"), gettext_noop("Эмодзи или адрес картинки")),
                Field(
                    "children", gettext_noop("Блоки"), gettext_noop("Содержимое страницы блоками Notion"), kind="list"
                ),
                _SHOWN,
            ),
            prepare=_with_icon,
            shape=plain_page,
        ),
        Operation(
            "page-update",
            gettext_noop("Изменить страницу"),
            "PATCH",
            "/v1/pages/{page}",
            (
                _PAGE,
                _PROPERTIES,
                Field("archived", gettext_noop("В архив"), gettext_noop("Убрать страницу в архив"), kind="flag"),
                _SHOWN,
            ),
            repeatable=True,
            prepare=_with_ids,
            shape=plain_page,
        ),
        Operation(
            "page-get",
            gettext_noop("Прочитать страницу"),
            "GET",
            "/v1/pages/{page}",
            (_PAGE, _SHOWN),
            prepare=_with_ids,
            shape=plain_page,
        ),
        Operation(
            "database-query",
            gettext_noop("Найти страницы базы"),
            "POST",
            "/v1/databases/{database}/query",
            (
                Field("database", _DATABASE, gettext_noop("id или адрес базы"), to="path", required=True),
                Field("filter", gettext_noop("Условие"), gettext_noop("Условие в записи Notion"), kind="object"),
                Field("sorts", gettext_noop("Порядок"), gettext_noop("Список правил сортировки Notion"), kind="list"),
                _SHOWN,
            ),
            items="results",
            paging=Paging("body:start_cursor", "next_cursor", size_into="body:page_size"),
            repeatable=True,
            prepare=_with_ids,
            shape=plain_page,
        ),
    ),
)
