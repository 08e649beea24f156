"""Starts another workflow for its items, and waits for what it gives back, or goes on at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port, Start

MAX_RUNS = 1000


class SubWorkflow(NodeType):
    """Runs that it starts inherit its priority; a pause or stop of its own run reaches those that it waits for."""

    type = "sub-workflow"
    title = _("Рабочий процесс")
    description = _(
        "Запускает другой рабочий процесс и ждёт его результата либо сразу идёт дальше. Результат — то, что вышло из "
        "его последних узлов."
    )
    group = "flow"
    inputs = (Port("in", _("Элементы")),)
    outputs = (Port("out", _("Результат")),)

    class Config(node_type.Config):
        workflow: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Рабочий процесс"),
            description=gettext_noop("Код или id рабочего процесса, который нужно запустить"),
        )
        mode: Literal["each", "once"] = Field(
            default="each",
            title=gettext_noop("Сколько запусков"),
            description=gettext_noop("each — запуск на каждый элемент, once — один запуск на все элементы"),
        )
        input_data: dict[str, Any] | None = Field(
            default=None,
            alias="inputData",
            title=gettext_noop("Входные данные"),
            description=gettext_noop("Что получит запуск; если не указано, то сам элемент, а при once — {items: […]}"),
        )
        wait: bool = Field(
            default=True,
            title=gettext_noop("Ждать результата"),
            description=gettext_noop("Если нет, шаг сразу идёт дальше и отдаёт номера запусков"),
        )

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return True

    @classmethod
    def started_workflow(cls, config: Mapping[str, Any]) -> str | None:
        name = config.get("workflow")
        return name.strip() if isinstance(name, str) else None

    def run(self, context: NodeContext) -> Start | Done:
        config = context.config
        if config.mode == "once":
            whole = {"items": context.items} if config.input_data is None else config.input_data
            return Start(config.workflow, [whole], config.wait)
        if not context.items:
            return Done({"out": []})
        if len(context.items) > MAX_RUNS:
            raise Permanent(
                "too_many_runs",
                _("Элементов больше %(limit)s: используйте mode: once или разбейте их узлом loop"),
                limit=MAX_RUNS,
                items=len(context.items),
            )
        return Start(config.workflow, [_given(context, index) for index in range(len(context.items))], config.wait)


def _given(context: NodeContext, index: int) -> dict[str, Any]:
    own = context.config_for(index).input_data
    return context.items[index] if own is None else own
