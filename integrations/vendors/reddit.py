"""Reddit: search and posts, over the OAuth API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import OAUTH2, OAUTH2_REFRESH
from integrations.vendors.shape import Field, Operation, Paging, Vendor

_SORT = Field(
    "sort",
    gettext_noop("Порядок"),
    gettext_noop("Какие записи первыми"),
    to="query:sort",
    choices=("relevance", "hot", "top", "new", "comments"),
)
_SUBREDDIT = Field("subreddit", gettext_noop("Сообщество"), gettext_noop("Название без r/"), to="path", required=True)
_SEARCH = Field("search", gettext_noop("Поиск"), gettext_noop("Что искать"), to="query:q", required=True)
_PAGES = Paging("query:after", "data.after", size_into="query:limit")


def _data(child: Any, _values: Mapping[str, Any]) -> Any:
    return child.get("data", child) if isinstance(child, Mapping) else child


VENDOR = Vendor(
    name="reddit",
    base_url="https://oauth.reddit.com",
    kinds=(OAUTH2_REFRESH, OAUTH2),
    operations=(
        Operation(
            "post-search",
            gettext_noop("Найти записи"),
            "GET",
            "/search.json",
            (_SEARCH, _SORT),
            items="data.children",
            paging=_PAGES,
            shape=_data,
        ),
        Operation(
            "post-search-in",
            gettext_noop("Найти записи сообщества"),
            "GET",
            "/r/{subreddit}/search.json?restrict_sr=1",
            (_SUBREDDIT, _SEARCH, _SORT),
            items="data.children",
            paging=_PAGES,
            shape=_data,
        ),
        Operation(
            "post-list",
            gettext_noop("Новые записи сообщества"),
            "GET",
            "/r/{subreddit}/new.json",
            (_SUBREDDIT,),
            items="data.children",
            paging=_PAGES,
            shape=_data,
        ),
    ),
)
