"""Carries out the operations of a vendor's table; every call goes through the door."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from integrations.credential_kinds import WEBHOOK
from integrations.errors import InvalidAnswer, Refused
from integrations.http import Answer
from integrations.secret import Secret
from integrations.service_client import ServiceClient
from integrations.targets import path_segment
from integrations.vendors.errors import VendorAddressMissing, VendorPagesEndless, VendorRefused
from integrations.vendors.shape import Field, Lookup, Operation, Paging, Vendor, at, put

MAX_BYTES: Final = 20_000_000
MAX_PAGES: Final = 200
NOT_FOUND: Final = 404
WHOLE: Final = "\0"
"""Under which name a body lies that is no object: a list goes out as it is."""
_PLACE = re.compile(r"\{(\w+)\}")


class VendorClient(ServiceClient):
    """Raises the errors of `integrations.vendors.errors` and those of the door."""

    def call(
        self,
        vendor: Vendor,
        operation: Operation,
        values: Mapping[str, Any],
        *,
        credential: UUID,
        key: str | None = None,
        limit: int | None = None,
        timeout: float = 60.0,
    ) -> list[dict[str, Any]]:
        """The items that the operation gives for these values, at most `limit` of them.

        `key` is the call's own `Idempotency-Key` where a step makes several; `timeout` holds for each page.
        """
        secret = self._scope.secret(credential)
        given = {name: value for name, value in values.items() if value is not None}
        if operation.lookup is not None and given.get(operation.lookup.when):
            found = self._looked_up(vendor, operation.fields, operation.lookup, given, credential, timeout)
            given |= {} if found is None else {operation.lookup.into: found}
        if operation.prepare is not None:
            given = operation.prepare(dict(given))
        request = _Request(vendor, operation, given, secret)
        if key is not None:
            request.headers["Idempotency-Key"] = key
        items: list[dict[str, Any]] = []
        for answer in self._pages(request, credential, timeout, limit):
            raw = at(answer, operation.items) if operation.items else answer
            for one in raw if isinstance(raw, list) else [raw] if raw is not None else []:
                shaped = one if operation.shape is None else operation.shape(one, given)
                items += [_as_item(each) for each in (shaped if isinstance(shaped, list) else [shaped])]
            if limit is not None and len(items) >= limit:
                break
        return items if limit is None else items[:limit]

    def _looked_up(
        self,
        vendor: Vendor,
        fields: tuple[Field, ...],
        lookup: Lookup,
        given: Mapping[str, Any],
        credential: UUID,
        timeout: float,
    ) -> Any:
        """What the lookup finds, None where there may be nothing and is nothing. `fields` are the operation's."""
        placed = [one for one in fields if one.target[0] == "path"]
        named = [replace(one, to=f"query:{lookup.query[one.name]}") for one in fields if one.name in lookup.query]
        asked = Operation("lookup", "", "GET", lookup.path, (*placed, *named))
        try:
            answer = self._told(_Request(vendor, asked, given, self._scope.secret(credential)), credential, timeout)
        except Refused as refused:
            if lookup.absent and refused.details.get("status") == NOT_FOUND:
                return None
            raise
        return at(answer, lookup.at)

    def _pages(self, request: _Request, credential: UUID, timeout: float, limit: int | None) -> Iterator[Any]:
        paging = request.operation.paging
        if paging is None:
            yield self._told(request, credential, timeout)
            return
        if paging.size_into:
            request.put(paging.size_into, paging.size if limit is None else min(limit, paging.size))
        for number in range(MAX_PAGES):
            if not paging.next:
                request.put(paging.into, paging.first + number)
            answer = self._told(request, credential, timeout)
            yield answer
            following = _following(paging, request.operation, answer)
            if following is None:
                return
            if paging.next:
                request.put(paging.into, following)
        raise VendorPagesEndless(pages=MAX_PAGES)

    def _told(self, request: _Request, credential: UUID, timeout: float) -> Any:
        """What the answer says; `VendorRefused` where a vendor says no with a good status."""
        answer = self._ask(
            request.operation.method,
            request.url,
            headers=request.headers,
            params=request.query or None,
            credential=credential,
            bucket=f"{request.vendor.name}:{credential}",
            max_bytes=MAX_BYTES,
            timeout=timeout,
            **request.body_parts(),
        )
        body = _read(answer)
        refused = request.vendor.refusal(body) if request.vendor.refusal is not None else None
        if refused is not None:
            raise VendorRefused(host=answer.host, answer=self._words(refused, credential))
        return body


class _Request:
    """One operation with its values, as it goes out; pages change its cursor."""

    def __init__(self, vendor: Vendor, operation: Operation, values: Mapping[str, Any], secret: Secret) -> None:
        self.vendor, self.operation, self.secret = vendor, operation, secret
        self.query: dict[str, Any] = {}
        self.body: dict[str, Any] = {}
        self.headers = dict(vendor.headers)
        for name, pattern in vendor.secret_headers.items():
            self.headers[name] = pattern.replace("{value}", secret.value)
        places = {}
        for path, value in operation.fixed.items():
            put(self.body, path, value)
        for field in operation.fields:
            part, place = field.target
            if field.name in values and part == "path":
                places[place] = path_segment(values[field.name])
            elif field.name in values and part != "none":
                self.put(f"{part}:{place}", values[field.name])
        path = _PLACE.sub(lambda found: places.get(found[1], ""), operation.path)
        self.url = _base_url(vendor, secret) + path

    def put(self, target: str, value: Any) -> None:
        part, _colon, place = target.partition(":")
        if part == "header":
            self.headers[place] = str(value)
        elif part == "query":
            _add_query(self.query, place, value)
        elif place == "*":
            self.body.update(value if isinstance(value, Mapping) else {WHOLE: value})
        else:
            put(self.body, place, value)

    def body_parts(self) -> dict[str, Any]:
        if self.operation.method in ("GET", "HEAD") or (self.operation.method == "DELETE" and not self.body):
            return {}
        if self.operation.form:
            self.headers["Content-Type"] = "application/x-www-form-urlencoded"
            return {"data": urlencode(self.body, doseq=True).encode()}
        return {"json": self.body.get(WHOLE, self.body)}


def _base_url(vendor: Vendor, secret: Secret) -> str:
    said = secret.value.strip() if secret.kind == WEBHOOK else str(secret.settings.get("baseUrl") or vendor.base_url)
    if not said:
        raise VendorAddressMissing(vendor=vendor.name)
    return said.rstrip("/")


def _add_query(query: dict[str, Any], place: str, value: Any) -> None:
    """`*` merges an object into the query; true and false are written as in JSON."""
    if place == "*":
        for name, one in (value if isinstance(value, Mapping) else {}).items():
            _add_query(query, str(name), one)
        return
    values = value if isinstance(value, list) else [value]
    query[place] = ["true" if one is True else "false" if one is False else one for one in values]


def _following(paging: Paging, operation: Operation, answer: Any) -> Any:
    """The cursor of the next page, None after the last one."""
    if paging.next:
        return at(answer, paging.next) or None
    found = at(answer, operation.items) if operation.items else answer
    return True if isinstance(found, list) and len(found) >= paging.size else None


def _as_item(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _read(answer: Answer) -> Any:
    """JSON; an empty answer is an empty object, a text lies in `text`."""
    if not answer.body.strip():
        return {}
    try:
        return answer.json()
    except InvalidAnswer:
        return {"text": answer.text().replace("\x00", "\ufffd")}
