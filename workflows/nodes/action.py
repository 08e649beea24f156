"""Does an ordered list of things for the contact of each item, and starts other workflows without waiting for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from accounts.errors import DomainError
from integrations.errors import OutboundError
from integrations.http import Door
from tickets.contacts.book import Change, ContactBook
from workflows import calls, node_type
from workflows.calls import MAX_WAITS, Call
from workflows.contact_reference import AboutContact, refused
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port
from workflows.notes import Launch

MAX_ACTIONS = 50
MAX_LAUNCHES = 1000


class TagAction(node_type.Config):
    """Puts a tag on the contact or takes it off."""

    do: Literal["add-tag", "remove-tag"] = Field(
        title=gettext_noop("Действие"), description=gettext_noop("Поставить или снять метку")
    )
    tag: str = Field(
        min_length=1, max_length=100, title=gettext_noop("Метка"), description=gettext_noop("Название метки")
    )

    def change(self) -> Change:
        return Change(self.do, self.tag)


class FieldAction(node_type.Config):
    """Writes a custom field of the contact."""

    do: Literal["set-field"] = Field(title=gettext_noop("Действие"), description=gettext_noop("Записать поле контакта"))
    field: str = Field(
        min_length=1, max_length=50, title=gettext_noop("Поле"), description=gettext_noop("Ключ поля контакта")
    )
    value: Any = Field(
        default=None, title=gettext_noop("Значение"), description=gettext_noop("Пустое значение очищает поле")
    )

    def change(self) -> Change:
        return Change("set-field", self.field, self.value)


class RequestAction(Call):
    """Calls an address on the internet."""

    do: Literal["request"] = Field(title=gettext_noop("Действие"), description=gettext_noop("Внешний запрос"))


class TriggerAction(node_type.Config):
    """Starts another workflow and goes on at once."""

    do: Literal["trigger-workflow"] = Field(
        title=gettext_noop("Действие"), description=gettext_noop("Запустить рабочий процесс")
    )
    workflow: str = Field(
        min_length=1,
        max_length=200,
        title=gettext_noop("Рабочий процесс"),
        description=gettext_noop("Код или id опубликованного рабочего процесса, который вы можете запускать"),
    )
    input_data: dict[str, Any] | None = Field(
        default=None,
        alias="inputData",
        title=gettext_noop("Входные данные"),
        description=gettext_noop("Что получит запуск; пусто — сам элемент"),
    )


Step = Annotated[TagAction | FieldAction | RequestAction | TriggerAction, Field(discriminator="do")]


class Action(NodeType):
    """Changes of a contact are made once however often the step is tried; so are the runs that it starts."""

    type = "action"
    title = _("Действие")
    description = _(
        "Выполняет действия по порядку: поставить или снять метку, записать поле контакта, вызвать внешний адрес, "
        "запустить другой рабочий процесс, не дожидаясь его. Повторная попытка не повторяет сделанного."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "io"
    retry = calls.RETRY
    timeout_seconds = 300.0

    class Config(AboutContact):
        actions: tuple[Step, ...] = Field(
            min_length=1,
            max_length=MAX_ACTIONS,
            title=gettext_noop("Действия"),
            description=gettext_noop("Список действий по порядку: {do, …}"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """After each answered request what is done so far is kept, and the step goes on from there."""
        progress = context.progress or {}
        done: list[list[Item]] = [list(results) for results in progress.get("done", [])]
        people: list[str | None] = list(progress.get("people", []))
        waits: int = progress.get("waits", 0)
        for index in range(max(len(done) - 1, 0), len(context.items)):
            if len(done) <= index:
                done.append([])
                people.append(None)
            config = context.config_for(index)
            while len(done[index]) < len(config.actions):
                place = len(done[index])
                action = config.actions[place]
                if isinstance(action, RequestAction):
                    try:
                        answer = _request(context, action, f"{index}:{place}")
                    except OutboundError as error:
                        rest = calls.rest_after(error)
                        if rest is None or waits >= MAX_WAITS:
                            raise calls.explained(error, item=index) from error
                        kept = {"done": done, "people": people, "waits": waits + 1}
                        return Later(rest, error.code, kept, host=error.details.get("host"))
                    done[index].append({"do": "request", **answer})
                    return Later(0.0, "time_slice", {"done": done, "people": people})
                people[index] = self._local(context, config, index, done[index]) or people[index]
        return _ended(context, done, people)

    def _local(self, context: NodeContext, config: Any, index: int, results: list[Item]) -> str | None:
        """Everything up to the next request; returns whose contact it was, where one was asked for."""
        first = len(results)
        upto = next(
            (at for at in range(first, len(config.actions)) if isinstance(config.actions[at], RequestAction)),
            len(config.actions),
        )
        actions: Sequence[Any] = config.actions[first:upto]
        changes = [action.change() for action in actions if not isinstance(action, TriggerAction)]
        contact_id: str | None = None
        made: list[bool] = []
        if changes:
            book = context.connect(ContactBook)
            try:
                contact_id = book.find_or_create(config.reference(context.items[index]))["contactId"]
                made = book.apply(contact_id, changes, once=f"{index}:{first}")
            except DomainError as error:
                raise refused(error, item=index) from error
        told = iter(made)
        results += [
            {"do": action.do, "workflow": action.workflow}
            if isinstance(action, TriggerAction)
            else {"do": action.do, "changed": next(told)}
            for action in actions
        ]
        return contact_id


def _request(context: NodeContext, action: RequestAction, name: str) -> Item:
    return calls.perform(context.connect(Door), action, key=f"{context.idempotency_key}:{name}")


def _ended(context: NodeContext, done: Sequence[Sequence[Item]], people: Sequence[str | None]) -> Done:
    launches = [
        Launch(action.workflow, item if action.input_data is None else action.input_data)
        for index, item in enumerate(context.items)
        for action in context.config_for(index).actions
        if isinstance(action, TriggerAction)
    ]
    if len(launches) > MAX_LAUNCHES:
        raise Permanent(
            "too_many_runs",
            _("Запусков больше %(limit)s: разбейте элементы узлом loop"),
            limit=MAX_LAUNCHES,
            items=len(launches),
        )
    out = [
        {**item, **({"contactId": who} if who else {}), "actions": list(results)}
        for item, results, who in zip(context.items, done, people, strict=True)
    ]
    return Done({"out": out}, notes=launches)
