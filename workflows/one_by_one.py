"""Asking the outside for one item after the other: waiting gives the worker back, and what is there is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from integrations.errors import OutboundError, ServerCrowded
from workflows.calls import MAX_WAITS, failure, rest_after
from workflows.node_type import Later, NodeContext


class Explains(Protocol):
    """What the failure of one item's call means for the step."""

    def __call__(self, error: OutboundError, *, item: int) -> Exception: ...


def for_each_item(
    context: NodeContext,
    ask: Callable[[int], Any],
    *,
    seconds: Callable[[int], float],
    keep_each: bool = False,
    explains: Explains = failure,
) -> list[Any] | Later:
    """What `ask` gives (JSON) for the index of each item, or when to go on.

    The call of an item takes `seconds` at most. With `keep_each` every result is written down before the next call, so
    that a lost worker repeats one call and not all of them. Raises the step's failure, as `explains` puts it. A server
    may be crowded for as long as it is; the other kinds of waiting fail the step after `MAX_WAITS` in a row.
    """
    progress = context.progress or {}
    results: list[Any] = list(progress.get("results", []))
    waits: int = progress.get("waits", 0)
    had = len(results)
    for index in range(had, len(context.items)):
        late = context.deadline - time.monotonic() < seconds(index)
        if len(results) > had and (late or keep_each):
            return Later(0.0, "time_slice", {"results": results})
        try:
            results.append(ask(index))
        except OutboundError as error:
            rest = rest_after(error)
            if rest is None or waits >= MAX_WAITS:
                raise explains(error, item=index) from error
            kept = {"results": results, "waits": waits + (not isinstance(error, ServerCrowded))}
            return Later(rest, error.code, kept, host=error.details.get("host"))
        waits = 0
    return results
