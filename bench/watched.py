"""What a client that follows a run on its socket costs the run: the same chain with and without one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from statistics import median
from typing import Any
from uuid import UUID

from websockets.sync.client import connect

from bench import written
from bench.inside import Inside
from bench.stage import Stage

STEPS = 400
"""Long enough that the socket is open for most of the run."""
ENDS = frozenset({"execution.succeeded", "execution.failed", "execution.stopped"})


def measure(stage: Stage, ours: Inside, url: str, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """`watched_ratio`: median time of a watched chain by that of an unwatched one; `frames` a client got per run."""
    flow = stage.chain(STEPS)
    token = stage.token()
    ours.wait([ours.start(flow)])
    alone, watched, frames = [], [], []
    for number in range(1, rounds + 1):
        alone.append(_steps(ours, ours.start(flow)))
        run = ours.start(flow)
        watcher = _Watcher(url, token, run)
        watched.append(_steps(ours, run))
        watcher.join()
        frames.append(watcher.frames)
        tell(f"watching {number} of {rounds}: alone {alone[-1]:.3f} s, watched {watched[-1]:.3f} s")
    return {
        "unwatched_ms_per_step": round(median(alone) * 1000 / STEPS, 3),
        "watched_ms_per_step": round(median(watched) * 1000 / STEPS, 3),
        "watched_ratio": round(median(watched) / median(alone), 3),
        "frames": median(frames),
    }


def _steps(ours: Inside, run: UUID) -> float:
    ours.wait([run])
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
