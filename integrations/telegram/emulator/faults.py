"""Troubles that are played when asked for: refusals, faults, lost answers, slowness."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from integrations.telegram.emulator.refusals import Answer, refusal
from integrations.telegram.emulator.world import World

ANY: Final = "*"


@dataclass
class Fault:
    """Meets the next `times` calls of `method` (of any, with `*`) that go to `chat` (to any, without one).

    `answer` is given instead of the work; without one the work is done, `seconds` late, and with `lost` nobody hears.
    """

    method: str
    times: int = 1
    chat: int | None = None
    answer: Answer | None = None
    seconds: float = 0.0
    lost: bool = False

    def meets(self, method: str, values: dict[str, Any]) -> bool:
        return self.method in (ANY, method) and self.chat in (None, _chat_of(values))


class Faults:
    """What is planned, in order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._planned: list[Fault] = []

    def reset(self) -> None:
        with self._world.changed:
            self._planned = []

    def plan(self, method: str, *answers: Answer) -> None:
        """The next calls of `method` are answered so."""
        for answer in answers:
            self.add(Fault(method, answer=answer))

    def add(self, fault: Fault) -> None:
        with self._world.changed:
            self._planned.append(fault)

    def take(self, method: str, values: dict[str, Any]) -> Fault | None:
        """The fault that this call meets; it is one time less there."""
        with self._world.changed:
            for fault in self._planned:
                if fault.times > 0 and fault.meets(method, values):
                    fault.times -= 1
                    self._planned = [one for one in self._planned if one.times > 0]
                    return fault
        return None


def delay(fault: Fault | None) -> None:
    if fault is not None and fault.seconds:
        time.sleep(fault.seconds)


def named(kind: str, words: dict[str, Any]) -> Fault:
    """The fault that the control page calls `kind`. Raises `KeyError` for another name."""
    answers: dict[str, Answer | None] = {
        "429": refusal(
            429,
            f"Too Many Requests: retry after {words.get('retryAfter', 3)}",
            retry_after=int(words.get("retryAfter", 3)),
        ),
        "403": refusal(403, "Forbidden: bot was blocked by the user"),
        "400": refusal(400, str(words.get("text", "Bad Request: chat not found"))),
        "500": refusal(500, "Internal Server Error"),
        "502": Answer(502, page=b"<html><h1>502 Bad Gateway</h1></html>"),
        "lost": None,
        "slow": None,
    }
    return Fault(
        str(words.get("method", ANY)),
        times=int(words.get("times", 1)),
        chat=words.get("chat"),
        answer=answers[kind],
        seconds=float(words.get("seconds", 0.0)),
        lost=kind == "lost",
    )


def _chat_of(values: dict[str, Any]) -> int | None:
    try:
        return int(values["chat_id"])
    except (KeyError, ValueError, TypeError):
        return None
