"""GitHub: files of repositories and issues, over the REST API."""

from __future__ import annotations

import base64
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Lookup, Operation, Vendor

_OWNER = Field("owner", gettext_noop("Владелец"), gettext_noop("Человек или организация"), to="path", required=True)
_REPOSITORY = Field(
    "repository", gettext_noop("Репозиторий"), gettext_noop("Название репозитория"), to="path", required=True
)
_NUMBER = Field("number", gettext_noop("Обращение"), gettext_noop("Номер обращения"), to="path", required=True)
_FILE = "/repos/{owner}/{repository}/contents/{file}"


def _encoded(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "content": base64.b64encode(str(values.get("content", "")).encode()).decode()}


VENDOR = Vendor(
    name="github",
    base_url="https://api.github.com",
    kinds=(BEARER,),
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    operations=(
        Operation(
            "file-write",
            gettext_noop("Записать файл"),
            "PUT",
            _FILE,
            (
                _OWNER,
                _REPOSITORY,
                Field("file", gettext_noop("Файл"), gettext_noop("Путь в репозитории"), to="path", required=True),
                Field("content", gettext_noop("Содержимое"), gettext_noop("Текст файла"), default=""),
                Field(
                    "message",
                    gettext_noop("Сообщение"),
                    gettext_noop("Что сказать об изменении в истории"),
                    required=True,
                ),
                Field("branch", gettext_noop("Ветка"), gettext_noop("Пусто — главная")),
                Field("sha", "", "", hidden=True),
            ),
            lookup=Lookup("file", _FILE, "sha", "sha", query={"branch": "ref"}, absent=True),
            repeatable=False,
            prepare=_encoded,
        ),
        Operation(
            "issue-create",
            gettext_noop("Завести обращение"),
            "POST",
            "/repos/{owner}/{repository}/issues",
            (
                _OWNER,
                _REPOSITORY,
                Field("title", gettext_noop("Заголовок"), gettext_noop("О чём обращение"), required=True),
                Field("body", gettext_noop("Текст"), gettext_noop("Разметка Markdown")),
                Field("labels", gettext_noop("Метки"), gettext_noop("Названия меток"), kind="list"),
                Field("assignees", gettext_noop("Исполнители"), gettext_noop("Имена в GitHub"), kind="list"),
            ),
        ),
        Operation(
            "issue-comment",
            gettext_noop("Ответить в обращении"),
            "POST",
            "/repos/{owner}/{repository}/issues/{number}/comments",
            (
                _OWNER,
                _REPOSITORY,
                _NUMBER,
                Field("body", gettext_noop("Текст"), gettext_noop("Разметка Markdown"), required=True),
            ),
        ),
    ),
)
