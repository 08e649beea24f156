"""What the product asks of the jail: is this source a program, what do these expressions give, what does this code do.

Data goes in and comes out as JSON, so money with more digits than a double has loses them here: plain paths are
resolved outside (`workflows.graph.expressions`).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Literal

from django.conf import settings

from integrations import safe_json
from workflows.javascript import methods, zones
from workflows.javascript.errors import Interrupted, LimitReached, ScriptFailed
from workflows.javascript.pool import Lane, pool
from workflows.javascript.process import Process, Reported

Mode = Literal["all", "each"]
Kind = Literal["expression", "code"]

MAX_SOURCE: Final = 4_000
"""Characters of one expression."""
MEGABYTE: Final = 1_000_000
MEMORY_BYTES: Final = 64 * MEGABYTE
MEMORY_PER_BYTE: Final = 16
MOST_MEMORY_BYTES: Final = 400 * MEGABYTE
CHECK_SECONDS: Final = 1.0
SECONDS: Final = 1.0
SECONDS_PER_VALUE: Final = 1 / 20_000
"""What each expression of each item adds to the time that rendering may take."""
GRACE_SECONDS: Final = 4.0
"""How much longer a call may last than it may compute: other processes want the processor too."""
ROUNDS: Final = 3
"""How often a program may ask for time zones that nobody has foreseen."""
MOST_ZONES: Final = 20
"""How many it may ask for: they are worked out here, outside of its limits."""
REMEMBERED: Final = 20_000
"""Sources whose check is remembered."""
CHECKED_AT_ONCE: Final = 500
UNKNOWN: Final = object()
REPLACEMENT: Final = "\ufffd"

_ESCAPED_HALF: Final = r"\ud"
_HALF: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}")

CAUGHT: Final[Mapping[str, str]] = {
    "InternalError: out of memory": "memory",
    "InternalError: string too long": "memory",
    "RangeError: Maximum call stack": "stack",
}
"""Limits that reach the program as an error of its own, which it does not expect."""
WORDLESS: Final = "null"
"""What the engine throws where there is no memory left even for an error. Programs throw it by words that are seen."""
_THROWS: Final = re.compile(r"\b(?:throw|reject)\b")


@dataclass(frozen=True)
class Earlier:
    """The output of an earlier step. `pairs` says for each item of ours which of `items` it came from, where known."""

    items: Sequence[Any]
    pairs: Sequence[int | None] | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a program may name. `items` are those of the step's first input, `now` is in milliseconds since 1970.

    `nodes` holds the earlier steps by the names that the program uses for them.
    """

    items: Sequence[Any]
    now: int
    nodes: Mapping[str, Earlier] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    workflow: Mapping[str, Any] = field(default_factory=dict)
    execution: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)
    run_index: int = 0
    zone: str = "UTC"
    lenient: bool = False
    """Whether an expression that fails for want of a value gives null."""
    kept: Mapping[str, Any] = field(default_factory=lambda: {"global": {}, "node": {}})
    """What earlier runs have left: of the workflow, and of the node."""


@dataclass(frozen=True)
class Ran:
    """What a code node has done: its items, which of ours each was made from (None where unknown), and its log.

    `kept` is what is to outlive the run, None where the program did not ask for it.
    """

    items: list[Any]
    sources: list[int | None]
    lines: list[tuple[str, str]]
    kept: Mapping[str, Any] | None = None


def syntax_faults(sources: Sequence[str], kind: Kind = "expression") -> list[str | None]:
    """What the engine cannot read in each source, in its words; None for one that it can. Nothing of them is run.

    Those that nobody has asked about lately go to the engine together. Raises `JavaScriptError` when it has no answer.
    """
    known = {source: _checks.get((kind, source), UNKNOWN) for source in sources}
    asked = [source for source, fault in known.items() if fault is UNKNOWN]
    for start in range(0, len(asked), CHECKED_AT_ONCE):
        batch = asked[start : start + CHECKED_AT_ONCE]
        head = {"do": "check", "sources": batch, "as": kind, **_limits(CHECK_SECONDS, 0)}
        with pool().lent() as process:
            faults = json.loads(process.ask(head, "", wall=CHECK_SECONDS + GRACE_SECONDS))
        known |= zip(batch, faults, strict=True)
        _checks.remember({(kind, source): fault for source, fault in zip(batch, faults, strict=True)})
    return [None if known[source] is None else str(known[source]) for source in sources]


class _Checks:
    """What the engine has said of the newest sources; programs of code nodes, which may be long, are left out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[tuple[Kind, str], str | None] = {}

    def get(self, key: tuple[Kind, str], otherwise: object) -> Any:
        return self._said.get(key, otherwise)

    def remember(self, said: Mapping[tuple[Kind, str], str | None]) -> None:
        with self._lock:
            self._said |= {key: fault for key, fault in said.items() if len(key[1]) <= MAX_SOURCE}
            for key in list(islice(self._said, max(0, len(self._said) - REMEMBERED))):
                del self._said[key]


_checks = _Checks()


def render(sources: Sequence[str], surroundings: Surroundings, *, count: int) -> list[list[Any]]:
    """The value of every expression for each of the first `count` items: a row for each, in their order.

    Where there are no items one row may be asked for all the same: expressions then find no item.

    What JSON does not know (undefined, functions, NaN) is None. Raises `ScriptFailed` for the first expression that
    throws, `LimitReached` with the expression that was at work where the engine can say it, `Busy`.
    """
    seconds = SECONDS + len(sources) * count * SECONDS_PER_VALUE
    head = {"do": "render", "sources": [methods.in_calls(source) for source in sources]}
    rows: list[list[Any]] = _asked(head, surroundings, seconds, count=count)
    return rows


def run(
    source: str,
    surroundings: Surroundings,
    *,
    mode: Mode,
    seconds: float,
    watching: Callable[[Callable[[], None]], AbstractContextManager[None]] | None = None,
) -> Ran:
    """Run the body of a code node over all items at once, or over each.

    `watching(cut)` is entered for as long as it runs, and may end it by calling `cut`. Raises `ScriptFailed`,
    `LimitReached`, `Busy`, `Interrupted`.
    """
    head = {"do": "code", "source": methods.in_calls(source)}
    rows, lines, kept = _asked(head, surroundings, seconds, mode=mode, watching=watching)
    told = [(level, text) for level, text in lines]
    return Ran([row[0] for row in rows], [row[1] for row in rows], told, kept)


def _asked(
    head: Mapping[str, Any],
    surroundings: Surroundings,
    seconds: float,
    *,
    mode: Mode = "all",
    count: int = 0,
    watching: Callable[[Callable[[], None]], AbstractContextManager[None]] | None = None,
) -> Any:
    """Ask, and ask again with the time zones that turned out to be missing: a program has no effect but its answer."""
    known = {surroundings.zone}
    for _round in range(ROUNDS):
        data = _data(surroundings, known, mode, count)
        try:
            return _answer({**head, **_limits(seconds, len(data))}, data, seconds + GRACE_SECONDS, watching)
        except Reported as report:
            missing = _reported(report, head)
        known |= missing
        if len(known) > MOST_ZONES:
            break
    raise ScriptFailed("too many time zones")


def _answer(
    head: Mapping[str, Any],
    data: str,
    wall: float,
    watching: Callable[[Callable[[], None]], AbstractContextManager[None]] | None,
) -> Any:
    lane: Lane = "code" if head["do"] == "code" else "expressions"
    with pool(lane).lent() as process:
        cut = _Cut(process)
        with watching(cut) if watching is not None else nullcontext():
            try:
                text = process.ask(head, data, wall=wall)
            except Exception:
                if cut.done:
                    raise Interrupted("interrupted") from None
                raise
    return json.loads(_whole(text), parse_float=Decimal)


def _whole(text: str) -> str:
    """The answer without halves of characters, which come of cutting a text in the middle of one and are no text.

    The engine writes such a half as an escape and a whole character as it is.
    """
    return _HALF.sub(rf"\1{REPLACEMENT}", text) if _ESCAPED_HALF in text else text


class _Cut:
    """Ends a process from another thread, and knows that it has."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.done = False

    def __call__(self) -> None:
        self.done = True
        self._process.kill()


def _reported(report: Reported, head: Mapping[str, Any]) -> set[str]:
    """The zones that a program has asked for in vain; raises `ScriptFailed` when that was not what went wrong."""
    said = json.loads(report.message)
    if "zones" in said:
        return set(said["zones"])
    if said["message"] == WORDLESS and not any(map(_THROWS.search, head.get("sources", [head.get("source", "")]))):
        raise LimitReached("memory", "out of memory", place=said["place"], item=said["item"]) from None
    for words, limit in CAUGHT.items():
        if said["message"].startswith(words):
            raise LimitReached(limit, said["message"], place=said["place"], item=said["item"]) from None
    lines = [(level, text) for level, text in said["lines"]]
    words = methods.unmarked(said["message"])
    raise ScriptFailed(words, place=said["place"], item=said["item"], lines=lines) from None


def _limits(seconds: float, characters: int) -> dict[str, Any]:
    memory = min(MEMORY_BYTES + MEMORY_PER_BYTE * characters, MOST_MEMORY_BYTES)
    return {"seconds": seconds, "memory": memory, "output": 2 * settings.PAYLOAD_MAX_BYTES}


def _data(around: Surroundings, known: set[str], mode: Mode, count: int) -> str:
    nodes = {name: {"items": node.items, "pairs": node.pairs} for name, node in around.nodes.items()}
    return safe_json.dumps(
        {
            "items": around.items,
            "nodes": nodes,
            "vars": around.variables,
            "env": around.environment,
            "workflow": around.workflow,
            "execution": {"id": None, "mode": None, **around.execution},
            "previous": around.previous,
            "runIndex": around.run_index,
            "now": around.now,
            "kept": around.kept,
            "lenient": around.lenient,
            "zone": around.zone,
            "zones": {name: zones.changes(name) for name in known},
            "mode": mode,
            "count": count,
        }
    )
