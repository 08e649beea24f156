"""Questions to BigQuery in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from integrations.bigquery.tables import PARAMETER, BigQueryTables, UnfitParameter, parameter
from integrations.errors import Cancelled, CircuitOpen, OutboundError
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Config, Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port, Transient

ParameterType = Literal["STRING", "INT64", "NUMERIC", "FLOAT64", "BOOL", "DATE", "TIMESTAMP"]

DEFAULT_REST: Final = 30.0
GIGABYTE: Final = 1_000_000_000


class Question(Config):
    """The SQL as its author wrote it, and the values that differ from run to run."""

    sql: str = Field(
        min_length=1,
        max_length=200_000,
        title=gettext_noop("Запрос SQL"),
        description=gettext_noop(
            "GoogleSQL; значения — только именованными параметрами, например WHERE campaignId = @campaign. "
            "Шаблоны {{ }} здесь не подставляются"
        ),
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        title=gettext_noop("Параметры"),
        description=gettext_noop("Значения по именам: текст, число, да/нет или список; шаблоны {{ }} здесь работают"),
    )
    types: dict[str, ParameterType] = Field(
        default_factory=dict,
        title=gettext_noop("Типы параметров"),
        description=gettext_noop("Там, где тип не виден из значения: DATE, TIMESTAMP, NUMERIC, INT64, FLOAT64"),
    )
    max_rows: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        alias="maxRows",
        title=gettext_noop("Не больше строк"),
        description=gettext_noop("Остальные строки ответа не читаются, в журнал шага пишется предупреждение"),
    )
    max_gigabytes: float = Field(
        default=10.0,
        gt=0,
        le=100_000,
        alias="maxGigabytes",
        title=gettext_noop("Не больше гигабайт"),
        description=gettext_noop("Запрос, которому пришлось бы прочитать больше, отклоняется и не оплачивается"),
    )
    timeout: float = Field(
        default=60.0,
        ge=1,
        le=600,
        title=gettext_noop("Тайм-аут, с"),
        description=gettext_noop("Сколько секунд ждать ответа; потом запрос отменяется"),
    )

    @field_validator("parameters")
    @classmethod
    def _are_named(cls, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if not all(PARAMETER.fullmatch(name) for name in parameters):
            raise ValueError(gettext_noop("имя параметра — латинские буквы, цифры и _"))
        return parameters


class BigqueryQuery(NodeType):
    """Asks once for each item. A question that has been answered is not asked again when its worker dies."""

    type = "bigquery-query"
    title = _("Запрос к BigQuery")
    description = _("Выполняет запрос SQL в BigQuery с именованными параметрами и отдаёт строки ответа")
    group = "data"
    Config = Question
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Строки ответа")),)
    weight = "io"
    only_reads = True
    verbatim = frozenset({"sql"})
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=300.0)
    timeout_seconds = 660.0

    def run(self, context: NodeContext) -> Outcome:
        tables = context.connect(BigQueryTables)
        progress = context.progress or {"rows": [], "sources": []}
        rows: list[Item] = list(progress["rows"])
        sources: list[tuple[str, int]] = [(port, index) for port, index in progress["sources"]]
        # How many jobs have ended badly although the question was right: their ids are used up.
        spent: int = progress.get("spent", 0)
        for index in range(progress.get("next", 0), len(context.items)):
            try:
                found = self._ask(context, tables, index, spent)
            except CircuitOpen as error:
                spent += bool(error.details.get("job"))
                kept = {"rows": rows, "sources": sources, "next": index, "spent": spent}
                return Later(error.retry_after or DEFAULT_REST, error.code, kept)
            rows.extend(found)
            sources.extend([("in", index)] * len(found))
        return Done({"out": rows}, {"out": sources})

    def _ask(self, context: NodeContext, tables: BigQueryTables, index: int, spent: int) -> list[Item]:
        question: Question = context.config_for(index)
        try:
            values = [parameter(name, value, question.types.get(name)) for name, value in question.parameters.items()]
        except UnfitParameter as unfit:
            message = _("Значение параметра %(parameter)s не подходит к его типу")
            raise Permanent("bigquery_parameter", message, parameter=str(unfit), item=index) from unfit
        try:
            found = tables.query(
                question.sql,
                values,
                marker=f"{context.tries}:{spent}:{index}",
                max_rows=question.max_rows,
                max_bytes=int(question.max_gigabytes * GIGABYTE),
                seconds=question.timeout,
            )
        except (CircuitOpen, Cancelled):
            raise
        except OutboundError as error:
            kind = Transient if error.transient else Permanent
            raise kind(error.code, error.message, item=index, **error.details) from error
        if found.more:
            context.log.warning(gettext_noop("Прочитаны только первые строки ответа: %(count)s"), count=len(found.rows))
        context.log.info(
            gettext_noop("Ответ BigQuery: строк %(rows)s, прочитано байт %(bytes)s"),
            rows=len(found.rows),
            bytes=found.bytes,
        )
        return found.rows
