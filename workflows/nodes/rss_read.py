"""Reads RSS and Atom feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, Field

from integrations.feeds import Feeds, as_in_feeds
from workflows import node_type
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

SECONDS = 30.0


class RssRead(NodeType):
    """Entries in the feed's order. What was seen before is left to `deduplicate`, or to `since`."""

    type = "rss-read"
    title = _("Прочитать ленту RSS")
    description = _(
        "Читает записи лент RSS, Atom и RDF: {id, title, link, published, updated, author, summary, content, "
        "categories, feed}"
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Записи")),)
    weight = "io"
    only_reads = True
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    class Config(node_type.Config):
        url: str = Field(
            min_length=1,
            max_length=8000,
            title=gettext_noop("Адрес ленты"),
            description=gettext_noop("Например https://example.org/feed.xml"),
        )
        limit: int = Field(
            default=100,
            ge=1,
            le=1000,
            title=gettext_noop("Предел записей"),
            description=gettext_noop("Сколько записей взять с начала ленты"),
        )
        since: AwareDatetime | None = Field(
            default=None,
            title=gettext_noop("Не раньше"),
            description=gettext_noop("Только записи после этого времени; записи без времени остаются"),
        )
        names: Literal["plain", "feed"] = Field(
            default="plain",
            title=gettext_noop("Названия полей"),
            description=gettext_noop(
                "plain — как у этого узла, feed — как в лентах: title, link, pubDate, isoDate, creator, content, "
                "contentSnippet, guid, categories"
            ),
        )

    def run(self, context: NodeContext) -> Outcome:
        feeds = context.connect(Feeds)

        def read(index: int) -> list[Item]:
            config = context.config_for(index)
            entries = [entry for entry in feeds.read(config.url) if _is_new(entry, config.since)][: config.limit]
            return entries if config.names == "plain" else [as_in_feeds(entry) for entry in entries]

        found = for_each_item(context, read, seconds=lambda _index: SECONDS)
        if isinstance(found, Later):
            return found
        sources = [("in", index) for index, entries in enumerate(found) for _entry in entries]
        context.log.info(gettext_noop("Записей: %(count)s"), count=len(sources))
        return Done({"out": [entry for entries in found for entry in entries]}, sources={"out": sources})


def _is_new(entry: Item, since: datetime | None) -> bool:
    written = entry["updated"] or entry["published"]
    return since is None or written is None or datetime.fromisoformat(written) > since
