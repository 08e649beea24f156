"""What can become of JavaScript that somebody else has written. Callers say it to people in their own words."""

from __future__ import annotations


class JavaScriptError(Exception):
    """The program did not come to its end. `message` is the engine's, in English, cut to a readable length."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class ScriptFailed(JavaScriptError):
    """The program threw. `place` is which of several expressions it was, `item` the index of the item, where known.

    `lines` is what it had logged until then.
    """

    def __init__(
        self,
        message: str,
        *,
        place: int | None = None,
        item: int | None = None,
        lines: list[tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.place = place
        self.item = item
        self.lines = lines or []


class LimitReached(JavaScriptError):
    """The program used up what it may use; `limit` is `time`, `memory`, `stack` or `output`.

    `place` and `item` as of `ScriptFailed`: at which of several expressions it was, where known.
    """

    def __init__(self, limit: str, message: str, *, place: int | None = None, item: int | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.place = place
        self.item = item


class Busy(JavaScriptError):
    """No process was free in time: the same call may work later."""


class Interrupted(JavaScriptError):
    """The caller has asked for the call to end."""
