"""RSS, Atom and RDF feeds: fetched through the door, read by feedparser, which is given bytes and no address."""

from __future__ import annotations

import calendar
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import urljoin

from integrations.errors import InvalidAnswer
from integrations.http import Door
from integrations.scope import CallScope

MAX_BYTES: Final = 10_000_000
MAX_TEXT: Final = 100_000
_TAG = re.compile(r"<[^<>]*>")


class Feeds:
    """Raises the door's errors, and `InvalidAnswer` for what is no feed."""

    def __init__(self, scope: CallScope) -> None:
        self._door = Door(scope)

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def read(self, url: str) -> list[dict[str, Any]]:
        """The entries in the feed's order, as items; times are UTC, markup is cleaned of scripts."""
        answer = self._door.request("GET", url, follow_redirects=True, max_bytes=MAX_BYTES, bucket="feeds")
        answer.raise_for_status()
        import feedparser

        kind = answer.headers.get("content-type", "application/xml")
        try:
            feed = feedparser.parse(answer.body, response_headers={"content-type": kind})
        except Exception:  # it trips over hostile characters in several ways
            raise InvalidAnswer(host=answer.host, reason="no_feed") from None
        if not feed.get("version"):
            raise InvalidAnswer(host=answer.host, reason="no_feed")
        title = _text(feed.feed.get("title", ""))
        return [_item(entry, answer.url, title) for entry in feed.entries]


def _item(entry: Mapping[str, Any], base: str, feed: str) -> dict[str, Any]:
    link = _text(entry.get("link") or "")
    # `get` of this dictionary warns, and gives the time of publishing instead.
    updated = entry["updated_parsed"] if "updated_parsed" in entry else None  # noqa: SIM401
    content = next((_text(part.get("value", "")) for part in entry.get("content", [])), "")
    return {
        "id": _text(entry.get("id") or link),
        "title": _text(entry.get("title", "")),
        "link": urljoin(base, link) if link else "",
        "published": _moment(entry.get("published_parsed")),
        "updated": _moment(updated),
        "author": _text(entry.get("author", "")),
        "summary": _text(entry.get("summary", ""))[:MAX_TEXT],
        "content": content[:MAX_TEXT],
        "categories": [_text(tag.get("term", "")) for tag in entry.get("tags", [])],
        "feed": feed,
    }


def _text(said: Any) -> str:
    """A text without the one character that no column takes."""
    return str(said).replace("\x00", "\ufffd")


def _moment(parsed: Any) -> str | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def as_in_feeds(entry: Mapping[str, Any]) -> dict[str, Any]:
    """By the names of RSS, with what other readers add; what an entry does not say is left out."""
    content = entry["content"] or entry["summary"]
    told = {
        "creator": entry["author"],
        "title": entry["title"],
        "link": entry["link"],
        "pubDate": entry["published"] or entry["updated"],
        "content": content,
        "contentSnippet": " ".join(html.unescape(_TAG.sub(" ", content)).split()),
        "guid": entry["id"],
        "categories": entry["categories"],
        "isoDate": entry["published"] or entry["updated"],
    }
    return {name: value for name, value in told.items() if value}
