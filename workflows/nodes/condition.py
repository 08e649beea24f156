"""Splits items in two by what is known of their contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from accounts.errors import DomainError
from tickets.contacts.book import ContactBook
from workflows.contact_reference import AboutContact, refused
from workflows.graph.conditions import Combine, matches
from workflows.graph.conditions import Condition as Question
from workflows.node_type import Done, Item, NodeContext, NodeType, Port, routed

NOBODY: Item = {"name": "", "email": None, "phone": None, "telegramId": None, "language": "", "tags": [], "fields": {}}
"""What is known of a contact that is not there: everything about it is empty."""


class Condition(NodeType):
    """A field of the contact is `email`, `phone`, `name`, `language`, `telegramId`, `tags` or `fields.KEY`."""

    type = "condition"
    title = _("Условие о контакте")
    description = _(
        "Отправляет каждый элемент на выход «да» или «нет» по данным его контакта: метки (tags contains), свои поля "
        "(fields.ключ), почта, телефон; empty проверяет, что данных нет."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("true", _("Да")), Port("false", _("Нет")))
    weight = "io"
    only_reads = True

    class Config(AboutContact):
        conditions: tuple[Question, ...] = Field(
            min_length=1,
            max_length=100,
            title=gettext_noop("Условия"),
            description=gettext_noop("Список условий вида {field, op, value} о полях контакта"),
        )
        combine: Combine = Field(
            default="all",
            title=gettext_noop("Как соединять"),
            description=gettext_noop("all — выполнены все условия, any — хотя бы одно"),
        )

    def run(self, context: NodeContext) -> Done:
        book = context.connect(ContactBook)
        return routed((_port(context, book, index, item), index, item) for index, item in enumerate(context.items))


def _port(context: NodeContext, book: ContactBook, index: int, item: Item) -> str:
    config = context.config_for(index)
    try:
        contact = book.find(config.reference(item)) or NOBODY
    except DomainError as error:
        raise refused(error, item=index) from error
    return "true" if matches(contact, config.conditions, config.combine) else "false"
