"""SIGNL4: alerts for people on duty, over the team's inbound webhook, whose address is the secret."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from integrations.credential_kinds import WEBHOOK
from integrations.vendors.shape import Field, Operation, Vendor

_REFERENCE = gettext_noop("Внешний номер")

VENDOR = Vendor(
    name="signl4",
    base_url="",
    kinds=(WEBHOOK,),
    operations=(
        Operation(
            "alert-send",
            gettext_noop("Поднять тревогу"),
            "POST",
            "",
            (
                Field(
                    "message", gettext_noop("Текст"), gettext_noop("Что случилось"), to="body:Message", required=True
                ),
                Field("title", gettext_noop("Название"), gettext_noop("Заголовок тревоги"), to="body:Title"),
                Field("reference", _REFERENCE, gettext_noop("По нему тревогу закрывают"), to="body:X-S4-ExternalID"),
                Field(
                    "service",
                    gettext_noop("Категория"),
                    gettext_noop("Категория услуги или системы"),
                    to="body:X-S4-Service",
                ),
                Field(
                    "location",
                    gettext_noop("Место"),
                    gettext_noop("Широта и долгота через запятую"),
                    to="body:X-S4-Location",
                ),
                Field(
                    "scenario",
                    gettext_noop("Порядок оповещения"),
                    gettext_noop("Кто должен подтвердить: один, несколько, срочно"),
                    to="body:X-S4-AlertingScenario",
                    choices=("single_ack", "multi_ack", "emergency"),
                ),
                Field(
                    "filtering",
                    gettext_noop("Отбор"),
                    gettext_noop("Применить правила отбора SIGNL4"),
                    kind="flag",
                    to="body:X-S4-Filtering",
                ),
            ),
            fixed={"X-S4-Status": "new", "X-S4-SourceSystem": "naryad"},
        ),
        Operation(
            "alert-resolve",
            gettext_noop("Закрыть тревогу"),
            "POST",
            "",
            (
                Field(
                    "reference",
                    _REFERENCE,
                    gettext_noop("Номер, с которым тревога поднята"),
                    to="body:X-S4-ExternalID",
                    required=True,
                ),
            ),
            fixed={"X-S4-Status": "resolved", "X-S4-SourceSystem": "naryad"},
            repeatable=True,
        ),
    ),
)
