"""Asks a database from time to time, and starts a run for every row that was not there before."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import POSTGRES
from workflows.credential_field import CredentialField, CredentialRef
from workflows.node_type import Done, NodeContext, NodeType, Port
from workflows.poll_config import Poll


class TriggerPollSql(NodeType):
    """The query is read-only; what is there at the first look starts nothing. Without a column that grows a thousand
    rows count."""

    type = "trigger-poll-sql"
    title = _("Новая строка запроса SQL")
    description = _(
        "Выполняет запрос PostgreSQL только на чтение и запускает процесс для каждой строки, которой раньше не было: "
        "новые записи, ошибки и пропуски в данных."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(Poll):
        credential: CredentialRef = CredentialField(POSTGRES, required=True)
        query: str = Field(
            min_length=1,
            max_length=20_000,
            title=gettext_noop("Запрос"),
            description=gettext_noop("SELECT, который находит нужные строки; без столбца роста — не больше 1000"),
        )
        cursor_field: str = Field(
            default="",
            max_length=63,
            alias="cursorField",
            title=gettext_noop("Столбец роста"),
            description=gettext_noop(
                "По какому столбцу запроса видно, что строка новее, например id или created_at: тогда читаются только "
                "строки с последнего значения, сколько бы их ни было"
            ),
        )

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
