"""Where a run begins that a person or a program starts by hand, in a workflow that also begins elsewhere."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type
from workflows.graph import form_schema
from workflows.node_type import Done, NodeContext, NodeType, Port


class TriggerManual(NodeType):
    """Without it a run that is started by hand begins at every trigger of the workflow."""

    type = "trigger-manual"
    title = _("Запуск вручную")
    description = _(
        "С этого узла начинается запуск, который начал человек или программа. Схема описывает поля формы запуска."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(node_type.Config):
        fields: dict[str, Any] = Field(
            default_factory=dict,
            title=gettext_noop("Поля формы"),
            description=gettext_noop(
                "JSON-схема объекта, с которым начинается запуск; пусто — можно передать что угодно"
            ),
        )

        @field_validator("fields")
        @classmethod
        def _is_a_form(cls, schema: dict[str, Any]) -> dict[str, Any]:
            form_schema.check_schema(schema)
            return schema

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
