"""What a step costs in a big graph: the beginning of a long chain, and how long its start takes."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from bench import bare, contest, written
from bench.inside import Inside
from bench.machine import Machine
from bench.options import CHAIN_STEPS

STEPS = 500


def measure(ours: Inside, nodes: int, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Run the first steps of a chain of `nodes` and stop it there, `rounds` times after one that warms up.

    `first_start_s` is the start that also has to compile the graph, `start_s` the median of the later ones.
    """
    steps = min(STEPS, nodes)
    took: list[float] = []
    machines: list[Machine] = []
    with contest.tables() as connection:
        for number in range(rounds + 1):
            machines.append(Machine.look())
            run = ours.beginning(nodes, steps)
            took.append(written.seconds_between(run, "n1", f"n{steps}"))
            tell(f"round {number} of {rounds}: start {ours.start_seconds[-1]:.2f} s, {steps} steps {took[-1]:.2f} s")
        loop = median(bare.commit_loop(connection, CHAIN_STEPS) for _ in range(contest.BARE_LOOPS))
    step = median(took[1:]) * 1000 / steps
    return {
        "work": "W1",
        "nodes": nodes,
        "steps_measured": steps,
        "ms_per_step": round(step, 3),
        "seconds": round(median(took[1:]), 4),
        "first_start_s": round(ours.start_seconds[0], 3),
        "start_s": round(median(ours.start_seconds[1:]), 3),
        "bare_ms_per_step": round(loop * 1000 / CHAIN_STEPS, 3),
        "rounds": rounds,
        "machine": {
            "cores": machines[0].cores,
            "load": median(found.load for found in machines),
            "others": median(found.others for found in machines),
        },
    }
