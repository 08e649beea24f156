"""Makes HTML of Markdown, and Markdown of HTML."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.converting import Conversion, convert_each, text_of
from workflows.node_type import Done, NodeContext, NodeType, Port


class Markdown(NodeType):
    """HTML inside Markdown becomes text: what comes out holds no tags but those that Markdown has made."""

    type = "markdown"
    title = _("Преобразовать Markdown")
    description = _("Превращает Markdown в HTML или HTML в Markdown. Теги внутри Markdown становятся простым текстом.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "cpu"

    class Config(Conversion):
        mode: Literal["toHtml", "toMarkdown"] = Field(
            default="toHtml",
            title=gettext_noop("Что сделать"),
            description=gettext_noop("toHtml — из Markdown в HTML, toMarkdown — из HTML в Markdown"),
        )

    def run(self, context: NodeContext) -> Done:
        return convert_each(context, _converted)


def _converted(value: Any, config: Markdown.Config) -> str:
    return _html(value) if config.mode == "toHtml" else _markdown(value)


def _html(value: Any) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text_of(value)))


def _markdown(value: Any) -> str:
    from markdownify import markdownify

    return str(markdownify(text_of(value), heading_style="ATX", strip=["script", "style"])).strip()
