"""What stands before every method: path, verb, token, rate limit, body; and after it: the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from integrations.safe_json import UnsafeJSON, loads
from integrations.wildberries import tokens
from integrations.wildberries.limits import limit_of
from integrations.wildberries.sandbox import answers
from integrations.wildberries.sandbox.answers import Answer, Refusal
from integrations.wildberries.sandbox.buckets import Buckets
from integrations.wildberries.sandbox.methods import ENDPOINTS, Endpoint
from integrations.wildberries.sandbox.parameters import REPORT_ROWS, Request
from integrations.wildberries.sandbox.seller import Seller

HEALTH = "/healthz"


class Gate:
    """Answers requests without knowing sockets. `now` gives the current moment in Moscow, `report_rows` is how many
    rows of orders or sales one answer holds at most."""

    def __init__(
        self, *, seller: Seller, buckets: Buckets, now: Callable[[], datetime], report_rows: int = REPORT_ROWS
    ) -> None:
        self.seller = seller
        self._report_rows = report_rows
        self._buckets = buckets
        self._now = now

    def answer(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to `verb target`. Never raises."""
        path = urlsplit(target).path
        if path == HEALTH:
            return Answer(200, {"status": "ok"})
        try:
            endpoint = self._endpoint(verb, path)
            limits = self._admit(endpoint, headers.get("Authorization", ""))
            request = Request(query=query_of(target), body=_json(body), now=self._now(), report_rows=self._report_rows)
            return Answer(200, endpoint.answer(self.seller, request), limits)
        except Refusal as refusal:
            return refusal.answer

    def _endpoint(self, verb: str, path: str) -> Endpoint:
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            raise Refusal(answers.path_not_found())
        if verb != endpoint.verb:
            raise Refusal(answers.method_not_allowed())
        return endpoint

    def _admit(self, endpoint: Endpoint, authorization: str) -> dict[str, str]:
        """Refuses a missing token and one that asks too often; gives the rate limit headers."""
        token = tokens.bare(authorization)
        if not token:
            raise Refusal(answers.unauthorized("token problem; empty Authorization header"))
        info = tokens.read(token)
        key = (info.seller, info.kind, endpoint.limit)
        admitted, headers = self._buckets.take(key, limit_of(endpoint.limit, info.kind))
        if not admitted:
            raise Refusal(answers.too_many_requests(info.seller, headers))
        return headers


def query_of(target: str) -> dict[str, str]:
    """Parameters of a request target; of a repeated one the last counts."""
    return dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return loads(body)
    except UnsafeJSON:
        detail = "incorrect request body, please check API documentation"
        raise Refusal(answers.bad_request(detail, title="invalid request body")) from None
