"""Reads a Google sheet from time to time, and starts a run for every row that was not there before."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.poll_config import Poll
from workflows.sheet_rows import Sheet


class TriggerPollSheet(NodeType):
    """What is there at the first look starts nothing. A row is known by its key, else by all that it says."""

    type = "trigger-poll-sheet"
    title = _("Новая строка таблицы Google")
    description = _(
        "Читает лист Google Таблиц и запускает процесс для каждой строки, которой раньше не было. Названия полей — в "
        "первой строке листа."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Poll, Sheet):
        sheet: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Лист"),
            description=gettext_noop("Название листа"),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
