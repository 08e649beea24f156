"""Google Docs: the text of documents, over the REST API v1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from integrations.credential_kinds import GOOGLE, OAUTH2_REFRESH
from integrations.vendors.shape import Field, Operation, Vendor, at

_ADDRESS = re.compile(r"/document/d/([A-Za-z0-9_-]+)")
_DOCUMENT = Field(
    "document", gettext_noop("Документ"), gettext_noop("id или адрес документа"), to="path", required=True
)


def _with_id(values: dict[str, Any]) -> dict[str, Any]:
    found = _ADDRESS.search(str(values.get("document", "")))
    return {**values, "document": found[1]} if found else values


def _inserting(values: dict[str, Any]) -> dict[str, Any]:
    text = str(values.get("text", ""))
    return {**_with_id(values), "text": [{"insertText": {"text": text, "endOfSegmentLocation": {}}}]}


def _plain(document: Any, values: Mapping[str, Any]) -> Any:
    """The id and the text alone."""
    if not values.get("simple", True):
        return document
    texts = [
        str(at(element, "textRun.content") or "")
        for part in at(document, "body.content") or ()
        for element in at(part, "paragraph.elements") or ()
    ]
    return {"documentId": at(document, "documentId"), "content": "".join(texts)}


VENDOR = Vendor(
    name="google-docs",
    base_url="https://docs.googleapis.com",
    kinds=(GOOGLE, OAUTH2_REFRESH),
    operations=(
        Operation(
            "document-get",
            gettext_noop("Прочитать документ"),
            "GET",
            "/v1/documents/{document}",
            (
                _DOCUMENT,
                Field(
                    "simple",
                    gettext_noop("Только текст"),
                    gettext_noop("Отдать documentId и content; иначе документ целиком"),
                    kind="flag",
                    to="none",
                    default=True,
                ),
            ),
            prepare=_with_id,
            shape=_plain,
        ),
        Operation(
            "text-append",
            gettext_noop("Дописать текст"),
            "POST",
            "/v1/documents/{document}:batchUpdate",
            (
                _DOCUMENT,
                Field(
                    "text",
                    gettext_noop("Текст"),
                    gettext_noop("Что добавить в конец документа"),
                    to="body:requests",
                    required=True,
                ),
            ),
            prepare=_inserting,
        ),
        Operation(
            "document-create",
            gettext_noop("Создать документ"),
            "POST",
            "/v1/documents",
            (Field("title", gettext_noop("Название"), gettext_noop("Название документа"), required=True),),
        ),
    ),
)
