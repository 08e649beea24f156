"""People at the controls during a storm: they pause, resume, stop and retry at random; each answer is timed."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from dataclasses import dataclass

from devtools.chaos.client import Client
from devtools.chaos.load import Load, Run

THREADS = 2
RECENT = {"pause": 5, "stop": 5, "retry": 60}
"""Among how many of the newest runs each action chooses: what is to be paused must still be open."""
LONGEST_PAUSE_SECONDS = 1.5
WEIGHTS = {"pause": 50, "stop": 15, "retry": 35}


@dataclass(frozen=True)
class Acknowledged:
    """A pause or a stop that was answered with 200: when it was asked (wall clock) and how long that took."""

    action: str
    asked: float
    seconds: float


class Controller:
    """Acts on runs that the load has started lately."""

    def __init__(self, client: Client, load: Load, *, seed: int) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.done: Counter[str] = Counter()
        self._client = client
        self._load = load
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(f"{seed}-c{number}"),), name=f"controls-{number}")
            for number in range(THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when nothing is left paused."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, rng: random.Random) -> None:
        actions = {"pause": self._pause, "stop": self._stop, "retry": self._retry}
        while not self._over.wait(rng.uniform(0.1, 0.6)):
            (action,) = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
            runs = self._load.runs[-RECENT[action] :]
            if runs:
                actions[action](rng.choice(runs), rng)

    def _pause(self, run: Run, rng: random.Random) -> None:
        if self._control(run, "pause"):
            self._over.wait(rng.uniform(0, LONGEST_PAUSE_SECONDS))
        with contextlib.suppress(TimeoutError):  # the client has noted it
            # Also after an answer that was lost: the pause may stand.
            self._client.insist("POST", f"/executions/{run.id}/resume")

    def _stop(self, run: Run, rng: random.Random) -> None:
        self._control(run, "stop")

    def _control(self, run: Run, action: str) -> bool:
        answer = self._client.ask("POST", f"/executions/{run.id}/{action}")
        if answer is None or not answer.ok:
            return False
        self.acknowledged.append(Acknowledged(action, answer.asked, answer.seconds))
        self.done[action] += 1
        return True

    def _retry(self, run: Run, rng: random.Random) -> None:
        found = self._client.ask("GET", f"/executions/{run.id}/steps")
        if found is None or not found.ok:
            return
        broken = [step for step in found.body["results"] if step["status"] in ("failed", "cancelled")]
        ended = [step for step in found.body["results"] if step["status"] == "succeeded"]
        if not broken and not ended:
            return
        step = rng.choice(broken or ended)
        body = {} if broken else {"force": True}
        answer = self._client.ask("POST", f"/executions/{run.id}/steps/{step['id']}/retry", body)
        if answer is not None and answer.ok:
            self.done["retry"] += 1
