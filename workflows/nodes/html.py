"""Takes texts, attributes or pieces out of HTML by CSS selectors."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflows.converting import Conversion, ResultPlace, convert_each, result_place, text_of
from workflows.node_type import Done, NodeContext, NodeType, Port

MAX_FOUND = 10_000


class Extraction(BaseModel):
    """One value, or a list of values, from what a selector finds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=200,
        title=gettext_noop("Название"),
        description=gettext_noop("Поле, в которое записать найденное"),
    )
    selector: str = Field(
        min_length=1,
        max_length=500,
        title=gettext_noop("Селектор"),
        description=gettext_noop("Селектор CSS, например table.prices td:first-child"),
    )
    what: Literal["text", "html", "attribute"] = Field(
        default="text",
        title=gettext_noop("Что взять"),
        description=gettext_noop("text — текст, html — содержимое с тегами, attribute — значение атрибута"),
    )
    attribute: str = Field(
        default="",
        max_length=100,
        title=gettext_noop("Атрибут"),
        description=gettext_noop("Для attribute: название, например href"),
    )
    many: bool = Field(
        default=False,
        title=gettext_noop("Все"),
        description=gettext_noop("Взять все найденные списком, а не первый"),
    )

    @model_validator(mode="after")
    def _attribute_is_named(self) -> Any:
        if (self.what == "attribute") != bool(self.attribute):
            raise ValueError(gettext_noop("Атрибут нужен, когда what — attribute, и только тогда"))
        return self


class Html(NodeType):
    """Scripts are never run, and nothing is loaded; scripts and styles are no text."""

    type = "html"
    title = _("Данные из HTML")
    description = _("Достаёт из HTML тексты, атрибуты и части по селекторам CSS или весь текст страницы.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "cpu"

    class Config(Conversion):
        extract: tuple[Extraction, ...] = Field(
            default=(),
            max_length=100,
            title=gettext_noop("Что достать"),
            description=gettext_noop("Список вида {name, selector, what}; пусто — весь текст страницы"),
        )
        output: ResultPlace = result_place()

    def run(self, context: NodeContext) -> Done:
        """A selector that is none is "unreadable", too."""
        return convert_each(context, lambda value, config: _taken(value, config.extract))


def _taken(value: Any, wanted: tuple[Extraction, ...]) -> Any:
    import bs4
    import soupsieve

    page = bs4.BeautifulSoup(text_of(value), "html.parser")
    for hidden in page(["script", "style", "template"]):
        hidden.decompose()
    if not wanted:
        return page.get_text("\n", strip=True)
    try:
        return {one.name: _found(page, one) for one in wanted}
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(str(error).splitlines()[0]) from None


def _found(page: Any, one: Extraction) -> Any:
    elements = page.select(one.selector, limit=MAX_FOUND if one.many else 1)
    values = [_value(element, one) for element in elements]
    if one.many:
        return values
    return values[0] if values else None


def _value(element: Any, one: Extraction) -> Any:
    if one.what == "text":
        return element.get_text(" ", strip=True)
    if one.what == "html":
        return element.decode_contents()
    value = element.get(one.attribute)
    return " ".join(value) if isinstance(value, list) else value
