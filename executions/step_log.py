"""The log of a running step: lines of a node, kept small enough for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from executions.claims import Claimed
from executions.engine.events import Event
from executions.journal import event
from integrations import safe_json

MAX_LINES: Final = 1000
MAX_CHARACTERS: Final = 1_000_000
"""Of all lines of one try together, as they are written to the journal."""
LINE_CHARACTERS: Final = 8_000
TEXT_CHARACTERS: Final = 1_000
"""What is left of a message or a value in a line that is too long."""
MAX_VALUES: Final = 6

LOG_FULL: Final = gettext_noop("Журнал шага полон: больше %(lines)s строк или %(characters)s знаков, остальное опущено")


class StepLog:
    """Collects the node's log lines; they are written to the journal together with the step's result.

    A line that is too long is cut, which its texts tell by how many characters are left out. The last line tells that
    there would be more.
    """

    def __init__(self, claimed: Claimed) -> None:
        self._claimed = claimed
        self._size = 0
        self._full = False
        self.lines: list[Event] = []

    def debug(self, message: str, **params: Any) -> None:
        self._add("debug", message, params)

    def info(self, message: str, **params: Any) -> None:
        self._add("info", message, params)

    def warning(self, message: str, **params: Any) -> None:
        self._add("warning", message, params)

    def error(self, message: str, **params: Any) -> None:
        self._add("error", message, params)

    def _add(self, level: str, message: str, params: Mapping[str, Any]) -> None:
        if self._full:
            return
        line = self._line(level, message, params)
        if len(line.payload) > LINE_CHARACTERS:
            values = list(params.items())[:MAX_VALUES]
            line = self._line(level, _cut(message), {name[:TEXT_CHARACTERS]: _short(value) for name, value in values})
        self._size += len(line.payload)
        if len(self.lines) + 1 >= MAX_LINES or self._size > MAX_CHARACTERS:
            self._full = True
            line = self._line("warning", LOG_FULL, {"lines": MAX_LINES, "characters": MAX_CHARACTERS})
        self.lines.append(line)

    def _line(self, level: str, message: str, params: Mapping[str, Any]) -> Event:
        payload = {"message": message, "params": params, "nodeId": self._claimed.node_id}
        return event("log", payload, level=level, step_id=self._claimed.step_id)


def _short(value: Any) -> Any:
    """The value, or the beginning of its text."""
    text = value if isinstance(value, str) else safe_json.dumps(value)
    return value if len(text) <= TEXT_CHARACTERS else _cut(text)


def _cut(text: str) -> str:
    rest = len(text) - TEXT_CHARACTERS
    return text if rest <= 0 else f"{text[:TEXT_CHARACTERS]}… [+{rest}]"
