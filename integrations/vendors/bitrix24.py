"""Bitrix24: leads, deals, contacts, companies and tasks, over an incoming webhook, whose address is the secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import WEBHOOK
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_ENTITIES = ("lead", "deal", "contact", "company")
_ENTITY = Field(
    "entity",
    gettext_noop("Объект CRM"),
    gettext_noop("lead — лид, deal — сделка, contact — контакт, company — компания"),
    to="path",
    required=True,
    choices=_ENTITIES,
)
_ID = Field("id", gettext_noop("Номер"), gettext_noop("id записи в CRM"), kind="any", required=True)
_FIELDS = Field(
    "fields", gettext_noop("Поля"), gettext_noop("Название поля Битрикс24 и значение"), kind="object", required=True
)


def _refusal(body: Any) -> str | None:
    if isinstance(body, Mapping) and body.get("error"):
        return f"{body['error']}: {body.get('error_description', '')}"
    return None


def _with_id(value: Any, values: Mapping[str, Any]) -> Any:
    """An answer that is a bare number or a yes gets the name of what it is."""
    if isinstance(value, Mapping):
        return value
    return {"id": values.get("id", value)} if isinstance(value, bool) else {"id": value}


VENDOR = Vendor(
    name="bitrix24",
    base_url="",
    kinds=(WEBHOOK,),
    refusal=_refusal,
    operations=(
        Operation(
            "crm-list",
            gettext_noop("Найти записи CRM"),
            "POST",
            "/crm.{entity}.list",
            (
                _ENTITY,
                Field(
                    "filter",
                    gettext_noop("Условие"),
                    gettext_noop('Поле и значение, например {"PHONE": "+7…"}'),
                    kind="object",
                ),
                Field("select", gettext_noop("Поля"), gettext_noop("Какие поля отдать"), kind="list"),
                Field("order", gettext_noop("Порядок"), gettext_noop("Поле и ASC или DESC"), kind="object"),
            ),
            items="result",
            paging=Paging("body:start", "next"),
            repeatable=True,
        ),
        Operation(
            "crm-get",
            gettext_noop("Прочитать запись CRM"),
            "POST",
            "/crm.{entity}.get",
            (_ENTITY, _ID),
            items="result",
            repeatable=True,
        ),
        Operation(
            "crm-add",
            gettext_noop("Создать запись CRM"),
            "POST",
            "/crm.{entity}.add",
            (_ENTITY, _FIELDS),
            items="result",
            shape=_with_id,
        ),
        Operation(
            "crm-update",
            gettext_noop("Изменить запись CRM"),
            "POST",
            "/crm.{entity}.update",
            (_ENTITY, _ID, _FIELDS),
            items="result",
            repeatable=True,
            shape=_with_id,
        ),
        Operation(
            "crm-delete",
            gettext_noop("Удалить запись CRM"),
            "POST",
            "/crm.{entity}.delete",
            (_ENTITY, _ID),
            items="result",
            shape=_with_id,
        ),
        Operation(
            "task-add",
            gettext_noop("Создать задачу"),
            "POST",
            "/tasks.task.add",
            (
                Field(
                    "title",
                    gettext_noop("Название"),
                    gettext_noop("Название задачи"),
                    to="body:fields.TITLE",
                    required=True,
                ),
                Field(
                    "description", gettext_noop("Описание"), gettext_noop("Что сделать"), to="body:fields.DESCRIPTION"
                ),
                Field(
                    "responsible",
                    gettext_noop("Ответственный"),
                    gettext_noop("id сотрудника"),
                    kind="any",
                    to="body:fields.RESPONSIBLE_ID",
                ),
                Field("deadline", gettext_noop("Срок"), gettext_noop("Дата и время"), to="body:fields.DEADLINE"),
                Field(
                    "priority",
                    gettext_noop("Важность"),
                    gettext_noop("0, 1 или 2"),
                    kind="any",
                    to="body:fields.PRIORITY",
                ),
                Field(
                    "crm",
                    gettext_noop("Записи CRM"),
                    gettext_noop("Список меток: L_1 — лид, D_1 — сделка, C_1 — контакт, CO_1 — компания"),
                    kind="list",
                    to="body:fields.UF_CRM_TASK",
                ),
                Field(
                    "tags",
                    gettext_noop("Метки"),
                    gettext_noop("Список меток задачи"),
                    kind="list",
                    to="body:fields.TAGS",
                ),
            ),
            items="result.task",
        ),
    ),
)
