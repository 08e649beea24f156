"""Answers in the sandbox's words, which are Wildberries' own: data, and the bodies of every refusal."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

PROBLEM = "application/problem+json"
GATE = "s2s-api-auth-catalog"
CAMPAIGNS_SERVICE = "camp-api-public-cache"


@dataclass(frozen=True)
class Answer:
    """Status, JSON body and headers beside the obvious ones."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Refusal(Exception):
    """Ends a request with an answer that is no success."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


def unauthorized(detail: str) -> Answer:
    return _problem(401, "unauthorized", detail)


def too_many_requests(seller: str, headers: Mapping[str, str]) -> Answer:
    return _problem(429, "too many requests", f"limited by {seller}", headers)


def path_not_found() -> Answer:
    return _problem(404, "path not found", "Please consult the https://dev.wildberries.ru/openapi/api-information")


def method_not_allowed() -> Answer:
    return _problem(405, "method not allowed", "this method is not supported for the path")


def bad_request(detail: str, *, title: str = "invalid payload") -> Answer:
    """What the campaign services say to parameters that they do not understand."""
    body = {"detail": detail, "origin": CAMPAIGNS_SERVICE, "request_id": _request_id(), "status": 400, "title": title}
    return Answer(400, body)


def bad_field(field: str, detail: str) -> Answer:
    """What `fullstats` says to values out of range."""
    body = {
        "errors": [{"detail": detail, "field": field}],
        "origin": CAMPAIGNS_SERVICE,
        "request_id": _request_id(),
        "status": 400,
        "title": "Invalid payload",
        "type": "bad request",
    }
    return Answer(400, body)


def bad_report_request(errors: str | list[str]) -> Answer:
    """What the statistics service says: one text, or a list of them."""
    return Answer(400, {"errors": errors})


def bad_words(text: str) -> Answer:
    """What the finance methods say."""
    return Answer(400, text, content_type="text/plain; charset=utf-8")


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = {
        "title": title,
        "detail": detail,
        "code": f"07e4668e-{uuid.uuid4().hex[:12]}-[UK-sandbox]",
        "requestId": _request_id(),
        "origin": GATE,
        "status": status,
        "statusText": HTTPStatus(status).phrase,
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return Answer(status, body, headers or {}, PROBLEM)


def _request_id() -> str:
    return uuid.uuid4().hex
