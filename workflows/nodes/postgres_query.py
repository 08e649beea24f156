"""Asks a PostgreSQL database, once per input item; the statement is the author's, its values are parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations.credential_kinds import POSTGRES
from integrations.sql import SqlDoor
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.settings import RetryPolicy
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.literal_field import LITERAL
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port

MAX_ROWS = 10_000


class Query(node_type.Config):
    """A statement and its values."""

    credential: CredentialRef = CredentialField(POSTGRES, required=True)
    query: str = Field(
        min_length=1,
        max_length=20_000,
        title=gettext_noop("Запрос"),
        description=gettext_noop("Команда SQL без выражений; значения подставляются вместо $1, $2 и так далее"),
        json_schema_extra=LITERAL,
    )
    parameters: list[Any] = Field(
        default_factory=list,
        max_length=100,
        title=gettext_noop("Значения"),
        description=gettext_noop("По порядку: первое вместо $1, второе вместо $2"),
    )
    readOnly: bool = Field(  # noqa: N815 - a field of the definition
        default=True,
        title=gettext_noop("Только чтение"),
        description=gettext_noop("Запрос не может ничего изменить; выключите для INSERT, UPDATE и DELETE"),
    )
    several: bool = Field(
        default=False,
        title=gettext_noop("Несколько команд"),
        description=gettext_noop(
            "Выполнить команды через точку с запятой в одной транзакции, например создать таблицы; без значений"
        ),
    )
    timeout: float = Field(
        default=30.0,
        gt=0,
        le=300,
        allow_inf_nan=False,
        title=gettext_noop("Тайм-аут"),
        description=gettext_noop("Сколько секунд ждать ответа целиком, от 0 до 300"),
    )
    maxRows: int = Field(  # noqa: N815 - a field of the definition
        default=1000,
        ge=1,
        le=MAX_ROWS,
        title=gettext_noop("Предел строк"),
        description=gettext_noop("Строки сверх предела отбрасываются, об этом говорит журнал"),
    )

    @model_validator(mode="after")
    def _several_change(self) -> Any:
        if self.several and (self.readOnly or self.parameters):
            raise ValueError(gettext_noop("нескольким командам не передают значений и разрешают менять данные"))
        return self


class PostgresQuery(NodeType):
    """Rows leave as items. A statement that only changes something leaves `{"changed": n}`."""

    type = "postgres-query"
    title = _("Запрос PostgreSQL")
    description = _("Выполняет запрос к базе данных PostgreSQL для каждого элемента и передаёт дальше строки ответа")
    group = "data"
    Config = Query
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Строки")),)
    weight = "io"
    repeatable = False
    retry = RetryPolicy(attempts=3, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 300.0

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return config.get("readOnly", True) is not True

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        """Tries again by itself only what reads: the items before the one that failed have written theirs, and of that
        one nobody knows whether it has."""
        return RetryPolicy() if cls.acts(config) else cls.retry

    def run(self, context: NodeContext) -> Done:
        """One statement after the other; each commits for itself. Raises `Permanent("too_many_items")`."""
        door = context.connect(SqlDoor)
        rows: list[Item] = []
        sources: list[tuple[str, int]] = []
        for index in range(len(context.items)):
            asked: Query = context.config_for(index)
            answer = door.query(
                asked.credential,
                asked.query,
                asked.parameters,
                read_only=asked.readOnly,
                timeout=asked.timeout,
                max_rows=asked.maxRows,
                several=asked.several,
            )
            if answer.cut:
                context.log.warning(gettext_noop("Строк больше %(limit)s, остальные отброшены"), limit=asked.maxRows)
            found = answer.items if asked.readOnly or answer.items else [{"changed": answer.changed}]
            if len(rows) + len(found) > MAX_ITEMS:
                raise Permanent("too_many_items", TOO_MANY_ITEMS, item=index, limit=MAX_ITEMS)
            rows.extend(found)
            sources.extend([("in", index)] * len(found))
        return Done({"out": rows}, {"out": sources})
