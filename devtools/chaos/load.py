"""The load of a storm: starts runs as clients do, each under a key of its own, and asks until it is answered."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devtools.chaos.client import Client
from devtools.chaos.graphs import DRAWN, Shape

THREADS = 8
TWICE = 0.05
"""Share of starts that a client sends again although they were acknowledged."""
ACCEPTED = (200, 202)


@dataclass(frozen=True)
class Run:
    """A start that was acknowledged."""

    id: str
    key: str
    shape: str


class Load:
    """`rate` starts per second, at most `limit` of them, until `stop`."""

    def __init__(self, client: Client, workflows: Mapping[str, str], *, rate: float, limit: int, seed: int) -> None:
        self.runs: list[Run] = []
        self.faults: list[str] = []
        """Starts that were refused, or acknowledged as two runs."""
        self._client = client
        self._workflows = workflows
        self._pause = THREADS / rate
        self._left = limit
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(f"{seed}-{number}"),), name=f"load-{number}")
            for number in range(THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send nothing new, and wait until everything that was sent is acknowledged."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, rng: random.Random) -> None:
        names = [draw("").name for draw, _weight in DRAWN]
        weights = [weight for _draw, weight in DRAWN]
        while not self._over.wait(rng.expovariate(1 / self._pause)) and self._take():
            key = str(uuid.UUID(int=rng.getrandbits(128)))
            self.start_one(rng.choices(names, weights)[0], key, lot=rng.randrange(1000), twice=rng.random() < TWICE)

    def _take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def start_one(self, shape: str, key: str, *, lot: int = 0, twice: bool = False) -> None:
        """Start a run under `key` and note its acknowledgement."""
        body = {"inputData": {"lot": lot}}
        address = f"/workflows/{self._workflows[shape]}/execute"
        seen = set()
        for _ in range(2 if twice else 1):
            try:
                answer = self._client.insist("POST", address, body, key=key)
            except TimeoutError:  # the client has noted it
                return
            if answer.status not in ACCEPTED:
                self.faults.append(f"start of {shape}: {answer.status} {answer.body}")
                return
            seen.add(answer.body["id"])
        if len(seen) > 1:
            self.faults.append(f"key {key} gave two runs: {sorted(seen)}")
        self.runs.append(Run(seen.pop(), key, shape))


def create_workflows(client: Client, shapes: Sequence[Shape]) -> dict[str, str]:
    """Publish every shape; returns the workflows' ids by name of shape. Raises RuntimeError when one is refused."""
    found = {}
    for shape in shapes:
        answer = client.insist("POST", "/workflows", shape.body)
        if not answer.ok:
            raise RuntimeError(f"workflow {shape.name} was refused: {answer.status} {answer.body}")
        found[shape.name] = answer.body["id"]
    return found
