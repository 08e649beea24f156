"""Rows of a workflow into a table of BigQuery."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.bigquery.tables import BigQueryTables
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Config, Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port

TABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
LOOK_SECONDS: Final = 5.0
MAX_LOOKS: Final = 1440
"""Two hours: a load that takes longer has something that a person must look at."""


class InsertChoice(Config):
    """Which table, what makes a row unique there, and whether to wait."""

    table: str = Field(
        min_length=1,
        title=gettext_noop("Таблица"),
        description=gettext_noop(
            "Имя таблицы в наборе данных BIGQUERY_DATASET; если её нет, она создаётся, новые поля становятся столбцами"
        ),
    )
    key_fields: tuple[str, ...] = Field(
        default=(),
        alias="keyFields",
        title=gettext_noop("Ключевые поля"),
        description=gettext_noop(
            "Строка с теми же значениями этих полей заменяет прежнюю; без них повтор шага заменяет только свои строки"
        ),
    )
    wait: bool = Field(
        default=False,
        title=gettext_noop("Ждать загрузки"),
        description=gettext_noop("Продолжить, только когда строки появятся в BigQuery; иначе они придут позже"),
    )


class BigqueryInsert(NodeType):
    """The rows are stored here first and travel like all stored rows, so they arrive once and BigQuery may be away."""

    type = "bigquery-insert"
    title = _("Записать в BigQuery")
    description = _("Записывает элементы строками в таблицу BigQuery, каждую ровно один раз, и отдаёт их дальше")
    group = "data"
    Config = InsertChoice
    inputs = (Port("in", _("Строки"), required=True),)
    outputs = (Port("out", _("Строки")), Port("rejected", _("Отклонённые строки")))
    weight = "io"
    retry = RetryPolicy(attempts=5, delay_seconds=5.0, cap_seconds=300.0)

    def run(self, context: NodeContext) -> Outcome:
        config: InsertChoice = context.config
        if not TABLE.fullmatch(config.table):
            raise Permanent("bigquery_table_name", _("Имя таблицы — латинские буквы, цифры и _"), field="table")
        tables = context.connect(BigQueryTables)
        looks = context.progress["looks"] if context.progress else 0
        if not looks:
            tables.put(context.items, table=config.table, keys=config.key_fields)
            context.log.info(gettext_noop("Строк передано для BigQuery: %(count)s"), count=len(context.items))
        if not config.wait:
            return Done({"out": context.items})
        rejects = tables.arrived(table=config.table)
        if rejects is None:
            if looks >= MAX_LOOKS:
                raise Permanent("bigquery_load_late", _("Строки так и не загружены в BigQuery: смотрите загрузки"))
            return Later(LOOK_SECONDS, "bigquery_load", {"looks": looks + 1})
        ports: dict[str, list[Item]] = {"out": context.items}
        if rejects:
            ports["rejected"] = [{"field": one.field, "reason": one.reason, "row": one.row} for one in rejects]
        return Done(ports, {"rejected": [("in", one.position) for one in rejects]})
