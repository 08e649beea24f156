"""The four works, and what a median of their seconds means in steps, runs and milliseconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.contender import Contender
from bench.options import CHAIN_STEPS

WIDTH: Final = 100
MANY: Final = 200
SHORT: Final = 5
CHAINS_PER_ROUND: Final = 5
FANS_PER_ROUND: Final = 3
SINGLES_PER_ROUND: Final = 25
IDLE_SECONDS: Final = 0.02
"""Between single runs, so that each meets a system at rest."""

Seconds = Sequence[float]


@dataclass(frozen=True)
class Work:
    """`once` is what one contender does in one round; it gives the seconds of each repetition."""

    name: str
    what: str
    steps: int
    """Of one repetition, all runs together."""
    runs: int
    once: Callable[[Contender], Seconds]

    def figures(self, rounds: Sequence[Seconds]) -> dict[str, float]:
        """The figures of this work: medians of the rounds, each of which is represented by its own median."""
        seconds = median(median(each) for each in rounds)
        found = {"seconds": round(seconds, 5)}
        if self.name == "W1":
            found["ms_per_step"] = round(seconds * 1000 / self.steps, 3)
        if self.name == "W3":
            found["executions_per_s"] = round(self.runs / seconds, 1)
            found["ms_per_step"] = round(seconds * 1000 / self.steps, 3)
        if self.name == "W4":
            found["p50_ms"] = round(seconds * 1000, 2)
            found["p95_ms"] = round(median(percentile(each, 0.95) for each in rounds) * 1000, 2)
        return found


def percentile(values: Seconds, share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _single(contender: Contender) -> float:
    time.sleep(IDLE_SECONDS)
    return contender.chain(1)


WORKS: Mapping[str, Work] = {
    work.name: work
    for work in (
        Work(
            "W1",
            f"a chain of {CHAIN_STEPS} steps",
            CHAIN_STEPS,
            1,
            lambda contender: [contender.chain(CHAIN_STEPS) for _ in range(CHAINS_PER_ROUND)],
        ),
        Work(
            "W2",
            f"1 step, {WIDTH} beside each other, 1 step",
            WIDTH + 2,
            1,
            lambda contender: [contender.fan(WIDTH) for _ in range(FANS_PER_ROUND)],
        ),
        Work(
            "W3",
            f"{MANY} runs of a chain of {SHORT} steps",
            MANY * SHORT,
            MANY,
            lambda contender: [contender.many(MANY, SHORT)],
        ),
        Work(
            "W4",
            "one step, from the trigger to its end",
            1,
            1,
            lambda contender: [_single(contender) for _ in range(SINGLES_PER_ROUND)],
        ),
    )
}
