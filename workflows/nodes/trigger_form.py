"""A form of one's own: a page with an address, made from a schema; whoever sends it starts a run."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type
from workflows.answer_config import AnswerField, AnswerMode, AnswerWaitField
from workflows.event_config import EventName, own_name
from workflows.graph import form_schema
from workflows.node_type import Done, NodeContext, NodeType, Port


class TriggerForm(NodeType):
    """The page is open to whoever knows its address, which cannot be guessed."""

    type = "trigger-form"
    title = _("Форма")
    description = _(
        "Открывает страницу с формой по собственному адресу и запускает процесс, когда её отправили. "
        "Заполненное выходит элементом с полями формы, файлы — файлами этого элемента."
    )
    group = "flow"
    inputs = ()
    outputs = (Port("out", _("Выход")),)
    starts = True

    class Config(node_type.Config):
        event: EventName = own_name("form.submitted")
        heading: str = Field(
            default="",
            max_length=200,
            title=gettext_noop("Заголовок"),
            description=gettext_noop("Что стоит над формой"),
        )
        text: str = Field(
            default="",
            max_length=2000,
            title=gettext_noop("Пояснение"),
            description=gettext_noop("Что сказать тем, кто заполняет форму"),
        )
        fields: dict[str, Any] = Field(
            title=gettext_noop("Поля формы"),
            description=gettext_noop(
                "JSON-схема объекта: properties с type string, number, integer или boolean, title, enum, format "
                "email, date, phone, textarea или file (с many — несколько файлов); required — обязательные"
            ),
        )
        thanks: str = Field(
            default="",
            max_length=2000,
            title=gettext_noop("Ответ"),
            description=gettext_noop("Что увидит тот, кто отправил форму"),
        )
        answer: AnswerMode = AnswerField()
        wait_seconds: float = AnswerWaitField()
        subject_field: str = Field(
            default="",
            max_length=200,
            alias="subjectField",
            title=gettext_noop("Поле предмета"),
            description=gettext_noop("Имя поля, по которому видно, о ком заявка, например email"),
        )

        @field_validator("fields")
        @classmethod
        def _is_a_form(cls, schema: dict[str, Any]) -> dict[str, Any]:
            if not schema:
                raise ValueError(form_schema.NO_SCHEMA)
            form_schema.check_schema(schema, files=True)
            return schema

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})
