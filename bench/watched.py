"""What a client that follows a run on its socket costs the run: the same chain with and without one.

Beside them it is measured what the machine makes of a second job that has nothing to do with the run: a stranger, who
takes as much processor time as following does.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from uuid import UUID

from websockets.sync.client import connect

from bench import effort, stranger, written
from bench.inside import Inside
from bench.stage import Stage

STEPS = 2000
"""Long enough that the socket is open for most of the run."""
ENDS = frozenset({"execution.succeeded", "execution.failed", "execution.stopped"})


def measure(stage: Stage, ours: Inside, url: str, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """`watched_ratio`: median time of a watched chain by that of an unwatched one; `frames` a client got per run.

    `watched_cpu_ms_per_step` is what each process spent on a step more than in the unwatched run, the client too;
    `unwatched_cpu_ms_per_step` what that took, its start and the asking for its end included; `beside_ratio` is the
    time beside a stranger who spends as much as following does.
    """
    flow = stage.chain(STEPS)
    token = stage.token()
    ours.wait([ours.start(flow)])
    alone, watched, beside, frames = [], [], [], []
    unwatched_cpu, watched_cpu = defaultdict[str, float](float), defaultdict[str, float](float)
    for number in range(1, rounds + 1):
        with _spending(unwatched_cpu):
            alone.append(_steps(ours, ours.start(flow)))
        with _spending(watched_cpu):
            run = ours.start(flow)
            watcher = _Watcher(url, token, run)
            watched.append(_steps(ours, run))
            watcher.join()
        frames.append(watcher.frames)
        share = (sum(watched_cpu.values()) - sum(unwatched_cpu.values())) / sum(watched)
        with stranger.working(min(1.0, max(0.0, share))):
            beside.append(_steps(ours, ours.start(flow)))
        tell(
            f"watching {number} of {rounds}: alone {alone[-1]:.3f} s, watched {watched[-1]:.3f} s, "
            f"beside a stranger who takes {share:.0%} of a core {beside[-1]:.3f} s"
        )
    return {
        "unwatched_ms_per_step": round(median(alone) * 1000 / STEPS, 3),
        "watched_ms_per_step": round(median(watched) * 1000 / STEPS, 3),
        "watched_ratio": round(median(watched) / median(alone), 3),
        "beside_ratio": round(median(beside) / median(alone), 3),
        "unwatched_cpu_ms_per_step": effort.per_step({}, unwatched_cpu, STEPS * rounds),
        "watched_cpu_ms_per_step": effort.per_step(unwatched_cpu, watched_cpu, STEPS * rounds),
        "frames": median(frames),
    }


@contextmanager
def _spending(spent: defaultdict[str, float]) -> Iterator[None]:
    """Add the processor time that the installation's processes spend meanwhile, and this one, the `client`."""
    before = _spent()
    yield
    for name, seconds in _spent().items():
        spent[name] += seconds - before.get(name, 0.0)


def _spent() -> dict[str, float]:
    return {**effort.spent(), "client": time.process_time()}


def _steps(ours: Inside, run: UUID) -> float:
    """Seconds by PostgreSQL's clock."""
    ours.wait([run], calmly=True)
    return written.seconds_between(run, "n1", f"n{STEPS}")


class _Watcher(threading.Thread):
    """A client of a run's progress that reads everything until the run has ended."""

    def __init__(self, url: str, token: str, run: UUID) -> None:
        super().__init__(daemon=True)
        self._address = f"{url.replace('http', 'ws', 1)}/ws/executions/{run}"
        self._token = token
        self.frames = 0
        self.start()

    def run(self) -> None:
        with connect(self._address, max_size=None, proxy=None) as socket:
            socket.send(json.dumps({"type": "auth", "token": self._token}))
            for message in socket:
                self.frames += 1
                if _ends(json.loads(message)):
                    return


def _ends(frame: dict[str, Any]) -> bool:
    """Whether a frame says that the run has ended."""
    if frame["type"] == "snapshot":
        return frame["execution"]["finishedAt"] is not None
    return frame["type"] == "event" and frame["event"]["type"] in ENDS
