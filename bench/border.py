"""What targets that hang cost those that do not: fast workflows alone, and beside workflows whose targets never answer.

Two scenes. In the first each of fifty targets holds one call; in the second one target is called two hundred times at
once, which is twice what a worker can hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median
from typing import Any, Final
from uuid import UUID

from bench.graphs import calling
from bench.inside import Inside
from bench.machine import Machine
from bench.options import HANGING
from bench.stage import Stage
from bench.targets import LOOPBACK, Hanging, Prompt
from executions import services as executions
from executions.engine.states import OPEN_EXECUTION
from executions.models import Execution

FAST: Final = 50
FLOOD: Final = 200
"""Calls to the one target of the second scene."""
HANGS_WITHIN: Final = 30.0
SETTLES: Final = 2.0
"""Seconds that a flood is given to fill whatever it can fill."""

Tell = Callable[[str], None]


def measure(stage: Stage, ours: Inside, ports: Sequence[int], rounds: int, tell: Tell) -> dict[str, Any]:
    """`slowdown`: seconds of the fast ones beside fifty hanging targets, of those alone; `flood_slowdown`: beside one
    target that is called two hundred times. `ports`: one that answers, those that hang, one for the flood."""
    prompt, *silent, flooded = ports
    fast = stage.publish("bench: fast", calling(_address(prompt)))
    slow = [stage.publish(f"bench: hanging {port}", calling(_address(port))) for port in silent]
    flood = stage.publish(f"bench: hanging {flooded}", calling(_address(flooded)))
    found: dict[str, list[float]] = {"alone": [], "beside": [], "flooded": []}
    with ExitStack() as open_:
        open_.enter_context(Prompt(prompt))
        targets, one = open_.enter_context(Hanging(silent)), open_.enter_context(Hanging([flooded]))
        _seconds(ours, fast)
        for number in range(1, rounds + 1):
            machine = Machine.look()
            found["alone"].append(_seconds(ours, fast))
            found["beside"].append(_beside(stage, ours, fast, targets, slow))
            found["flooded"].append(_beside(stage, ours, fast, one, [flood] * FLOOD))
            told = ", ".join(f"{name} {seconds[-1]:.2f} s" for name, seconds in found.items())
            tell(f"round {number} of {rounds}: {told}; others use {machine.others:.0%}")
    alone = median(found["alone"])
    return {
        "work": "border",
        "fast": FAST,
        "hanging": HANGING,
        "flood": FLOOD,
        "seconds": {name: round(median(each), 3) for name, each in found.items()},
        "slowdown": round(median(found["beside"]) / alone, 2),
        "flood_slowdown": round(median(found["flooded"]) / alone, 2),
        "rounds": rounds,
        "machine": asdict(machine),
    }


def _address(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/"


def _beside(stage: Stage, ours: Inside, fast: UUID, targets: Hanging, flows: Sequence[UUID]) -> float:
    """The fast ones while runs of `flows` hang; afterwards these are stopped."""
    hanging = [ours.start(flow) for flow in flows]
    if len(set(flows)) == len(flows):
        targets.wait_for(len(flows), HANGS_WITHIN)
    else:
        time.sleep(SETTLES)
    try:
        return _seconds(ours, fast)
    finally:
        for run in Execution.objects.filter(pk__in=hanging, status__in=OPEN_EXECUTION):
            executions.stop(execution_id=run.pk, user=stage.user)
        targets.let_go()


def _seconds(ours: Inside, flow: UUID) -> float:
    """From the first start to the end of the last of the fast runs, all of which must succeed."""
    began = time.perf_counter()
    runs = [ours.start(flow) for _ in range(FAST)]
    ours.wait(runs)
    return time.perf_counter() - began
