"""What tests of the Wildberries nodes share: the installation pointed at a server, and faults in its answers."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from integrations.safe_json import dumps, loads
from integrations.wildberries.batches import moscow_day
from integrations.wildberries.sandbox.answers import Answer
from integrations.wildberries.sandbox.server import Sandbox

LONGEST_TEST: Final = timedelta(seconds=20)


def steady_day() -> date:
    """The day by which Wildberries counts, to be asked at the beginning of a test: one that ends soon is waited for."""
    while moscow_day(datetime.now(UTC)) != moscow_day(datetime.now(UTC) + LONGEST_TEST):
        time.sleep(1)
    return moscow_day(datetime.now(UTC))


def point_at(settings: Any, url: str) -> None:
    """Make the server at `url` the Wildberries of this installation, as an operator would.

    The token is a new one each time: limits are kept per token, and outlive a test.
    """
    settings.WB_API_BASE_URL = settings.WB_ANALYTICS_BASE_URL = url
    settings.WB_API_KEY = f"wb-secret-{uuid4().hex}"


def readable_token(**claims: Any) -> str:
    """A token with these claims, signed by nobody."""
    body = base64.urlsafe_b64encode(dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJFUzI1NiJ9.{body}.c2lnbmF0dXJl"


class Faults:
    """Plays prepared answers to requests whose target holds a text, in order and once each; counts all requests."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._prepared: list[tuple[str, Answer]] = []

    def __call__(self, verb: str, target: str) -> Answer | None:
        self.requests.append(target)
        for number, (part, answer) in enumerate(self._prepared):
            if part in target:
                del self._prepared[number]
                return answer
        return None

    def answer(
        self, part: str, status: int, body: Any = None, headers: Mapping[str, str] | None = None, *, times: int = 1
    ) -> None:
        """Answer the next `times` requests with `part` in their target like this."""
        self._prepared += [(part, Answer(status, body, headers or {}))] * times

    def count(self, part: str) -> int:
        return sum(part in target for target in self.requests)


def told_by(log: Any, path: str) -> list[Any]:
    """The successful answers to `path` in a sandbox's log."""
    lines = [loads(line) for line in log.read_bytes().splitlines()]
    return [line["answer"] for line in lines if line["path"] == path and line["status"] == 200]


def ids_with_status(sandbox: Sandbox, *statuses: int) -> list[int]:
    """The sandbox's campaigns of these statuses and of today's types, as its list groups them."""
    campaigns = [one for one in sandbox.gate.seller.campaigns if one.status in statuses and one.type in (8, 9)]
    return [one.id for one in sorted(campaigns, key=lambda one: one.type, reverse=True)]
