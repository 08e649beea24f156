"""WordPress: posts and pages of a site, over its REST API v2, with an application password."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BASIC
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_KIND = Field(
    "kind",
    gettext_noop("Что"),
    gettext_noop("posts — записи, pages — страницы"),
    to="path",
    default="posts",
    choices=("posts", "pages"),
)
_ID = Field("id", gettext_noop("Номер"), gettext_noop("id записи или страницы"), kind="any", to="path", required=True)
_CONTENT = (
    Field("title", gettext_noop("Название"), gettext_noop("Заголовок")),
    Field("content", gettext_noop("Содержимое"), gettext_noop("Текст в HTML")),
    Field(
        "status",
        gettext_noop("Состояние"),
        gettext_noop("Опубликовать или оставить черновиком"),
        choices=("publish", "future", "draft", "pending", "private"),
    ),
)

VENDOR = Vendor(
    name="wordpress",
    base_url="",
    kinds=(BASIC,),
    operations=(
        Operation(
            "content-list",
            gettext_noop("Найти записи или страницы"),
            "GET",
            "/wp-json/wp/v2/{kind}",
            (_KIND, Field("search", gettext_noop("Поиск"), gettext_noop("Что искать; пусто — всё"), to="query:search")),
            paging=Paging("query:page", size_into="query:per_page"),
        ),
        Operation(
            "content-get",
            gettext_noop("Прочитать запись или страницу"),
            "GET",
            "/wp-json/wp/v2/{kind}/{id}",
            (_KIND, _ID),
        ),
        Operation(
            "content-create",
            gettext_noop("Создать запись или страницу"),
            "POST",
            "/wp-json/wp/v2/{kind}",
            (_KIND, *_CONTENT),
        ),
        Operation(
            "content-update",
            gettext_noop("Изменить запись или страницу"),
            "POST",
            "/wp-json/wp/v2/{kind}/{id}",
            (_KIND, _ID, *_CONTENT),
            repeatable=True,
        ),
    ),
)
