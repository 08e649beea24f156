"""The Graph API of Facebook and Instagram: any node and edge."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Vendor

_FIELDS = (
    Field("version", gettext_noop("Версия"), gettext_noop("Версия API, например v20.0"), to="path", default="v20.0"),
    Field("node", gettext_noop("Узел"), gettext_noop("id или me"), to="path", required=True),
    Field(
        "edge",
        gettext_noop("Связь"),
        gettext_noop("Например photos или media_publish; пусто — сам узел"),
        to="path",
        default="",
    ),
    Field("query", gettext_noop("Параметры"), gettext_noop("Имена и значения"), kind="object", to="query:*"),
)
_PATH = "/{version}/{node}/{edge}"

VENDOR = Vendor(
    name="facebook-graph",
    base_url="https://graph.facebook.com",
    kinds=(BEARER,),
    operations=(
        Operation("read", gettext_noop("Прочитать"), "GET", _PATH, _FIELDS),
        Operation("write", gettext_noop("Создать или изменить"), "POST", _PATH, _FIELDS),
        Operation("delete", gettext_noop("Удалить"), "DELETE", _PATH, _FIELDS),
    ),
)
