"""X, formerly Twitter: posts, over the API v2."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from integrations.credential_kinds import OAUTH2_REFRESH
from integrations.vendors.shape import Field, Operation, Paging, Vendor

VENDOR = Vendor(
    name="twitter",
    base_url="https://api.x.com",
    kinds=(OAUTH2_REFRESH,),
    operations=(
        Operation(
            "post-create",
            gettext_noop("Опубликовать запись"),
            "POST",
            "/2/tweets",
            (
                Field("text", gettext_noop("Текст"), gettext_noop("Текст записи"), required=True),
                Field(
                    "replyTo",
                    gettext_noop("Ответ на"),
                    gettext_noop("id записи, на которую отвечаете"),
                    to="body:reply.in_reply_to_tweet_id",
                ),
            ),
            items="data",
        ),
        Operation(
            "post-delete",
            gettext_noop("Удалить запись"),
            "DELETE",
            "/2/tweets/{post}",
            (Field("post", gettext_noop("Запись"), gettext_noop("id записи"), to="path", required=True),),
            items="data",
        ),
        Operation(
            "post-search",
            gettext_noop("Найти записи за неделю"),
            "GET",
            "/2/tweets/search/recent",
            (
                Field(
                    "search", gettext_noop("Поиск"), gettext_noop("Запрос в записи X"), to="query:query", required=True
                ),
            ),
            items="data",
            paging=Paging("query:next_token", "meta.next_token", size_into="query:max_results"),
        ),
    ),
)
