"""Makes objects of XML, and XML of objects."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.converting import Conversion, ResultPlace, convert_each, result_place, text_of
from workflows.items.coercion import as_text
from workflows.node_type import Done, NodeContext, NodeType, Port

NAME: Final = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
ATTRIBUTE, TEXT = "@", "#text"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "mark": {},
    "merge": {"attr_prefix": "", "cdata_key": "_"},
    "drop": {"xml_attribs": False},
}


class Xml(NodeType):
    """Attributes are `@name`, the text beside them `#text`, elements that repeat a list; everything is a text."""

    type = "xml"
    title = _("Чтение и запись XML")
    description = _(
        "Превращает XML в объект или объект в XML. Атрибуты — поля «@имя», текст рядом с ними — «#text»; документы с "
        "DTD и сущностями не читаются."
    )
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "cpu"

    class Config(Conversion):
        mode: Literal["parse", "write"] = Field(
            default="parse",
            title=gettext_noop("Что сделать"),
            description=gettext_noop("parse — прочитать XML, write — записать объект как XML"),
        )
        root: str = Field(
            default="root",
            min_length=1,
            max_length=100,
            title=gettext_noop("Корневой элемент"),
            description=gettext_noop("Для write, если в объекте не ровно одно поле"),
        )
        attributes: Literal["mark", "merge", "drop"] = Field(
            default="mark",
            title=gettext_noop("Атрибуты"),
            description=gettext_noop(
                "Для parse: mark — поля «@имя», merge — поля «имя», текст рядом — «_», drop — без них"
            ),
        )
        output: ResultPlace = result_place()

    def run(self, context: NodeContext) -> Done:
        return convert_each(context, lambda value, config: _CONVERSIONS[config.mode](value, config))


def _parsed(value: Any, config: Xml.Config) -> Any:
    """Raises `ValueError` for what is no XML, and for what a DTD or an entity would make of it."""
    import xmltodict
    from defusedxml import ElementTree

    text = text_of(value).strip()
    try:
        ElementTree.fromstring(text, forbid_dtd=True)
        return xmltodict.parse(text, **_STYLES[config.attributes])
    except SyntaxError as error:  # the parser's own error
        raise ValueError(str(error)) from None


def _written(value: Any, config: Xml.Config) -> str:
    import xmltodict

    whole = value if isinstance(value, dict) and len(value) == 1 else {config.root: value}
    if any(isinstance(top, list) for top in whole.values()):  # a document has one root
        whole = {config.root: value if isinstance(value, dict) else {"item": value}}
    return str(xmltodict.unparse(_fitting(whole), short_empty_elements=True))


def _fitting(value: Any) -> Any:
    """The value with texts only, as XML has no others; raises `ValueError` for a name that no element can have."""
    if isinstance(value, dict):
        for name in value:
            if name != TEXT and not NAME.fullmatch(name.removeprefix(ATTRIBUTE)):
                raise ValueError(name)
        return {name: _fitting(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_fitting(inner) for inner in value]
    return None if value is None else "".join(sign for sign in as_text(value) if sign >= " " or sign in "\t\n\r")


_CONVERSIONS: Final = {"parse": _parsed, "write": _written}
