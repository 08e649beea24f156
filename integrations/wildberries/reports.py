"""PURE: reading orders and sales page by page, so that no row is left out and none counted twice.

Wildberries gives what has changed since a moment, the oldest change first, and cuts long answers; the next page begins
with the last change of this one. Rows of one second may stand on both sides of the cut, and nobody says whether the
moment itself is included. So each page begins a millisecond earlier, and what is already known is passed over; the
report has ended when a page brings nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from integrations.wildberries.batches import windows

KEPT_DAYS: Final = 90
"""How long Wildberries keeps orders and sales."""

OVERLAP: Final = timedelta(milliseconds=1)
REMEMBERED: Final = timedelta(seconds=2)
"""How far back rows are known again: somebody may round the moment down to the second."""

Row = dict[str, Any]


def key_of(row: Mapping[str, Any]) -> str:
    """What a row is about. One order may have a sale and a return, so `saleID` is part of it."""
    return f"{row['srid']}/{row.get('saleID') or ''}"


class Page:
    """One answer on its way through. `seen` are marks of rows at the end of the page before."""

    def __init__(self, seen: Collection[str] = ()) -> None:
        self._seen = frozenset(seen)
        self._marks: list[tuple[str, str]] = []
        self._last = ""
        self.fresh = 0

    def news(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows that were not on the page before, as they come."""
        for row in rows:
            changed = str(row.get("lastChangeDate") or "")
            mark = f"{key_of(row)}/{changed}"
            self._marks.append((changed, mark))
            self._last = changed
            if mark not in self._seen:
                self.fresh += 1
                yield row

    def next_since(self, asked: str) -> str | None:
        """Where the page after the one that was `asked` for begins; None when this was the last.

        A page that leads no further is the last one, or a server that knows no pages would be asked for ever. Ask when
        all rows have come.
        """
        since = earlier(self._last, OVERLAP) if self.fresh and self._last else ""
        return since if since > asked else None

    def seen(self) -> list[str]:
        """Marks of the rows that the next page may bring again."""
        since = earlier(self._last, REMEMBERED) if self._last else ""
        return sorted({mark for changed, mark in self._marks if changed >= since})


def earlier(moment: str, by: timedelta) -> str:
    """A moment of Wildberries (ISO, in Moscow, without a zone) moved back; what is no moment stays as it is."""
    try:
        return (datetime.fromisoformat(moment) - by).isoformat()
    except (ValueError, OverflowError):
        return moment


def latest(rows: Iterable[Row]) -> list[Row]:
    """One row per key, the one that came last, in order of first appearance."""
    return list({key_of(row): row for row in rows}.values())


def day_batches(begin: date, end: date) -> list[dict[str, Any]]:
    """One request for every whole day."""
    return [{"since": day.isoformat()} for day, _last in windows(begin, end, days=1)]
