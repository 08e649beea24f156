"""Whether the message that a handler has in hand is given up should it fail once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_last: ContextVar[bool] = ContextVar("last_try_of_message", default=False)


def is_last() -> bool:
    """For handlers: what can be saved of the message should be saved now. False outside of the relay."""
    return _last.get()


@contextmanager
def trying(*, last: bool) -> Iterator[None]:
    """For the relay: its handler works within."""
    mark = _last.set(last)
    try:
        yield
    finally:
        _last.reset(mark)
