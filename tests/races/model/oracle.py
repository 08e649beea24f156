"""PURE: what the state of one run must be, worked out anew from the graph at every move. Imports nothing of ours.

It is slow and simple on purpose: after a step has ended, all steps are looked at again and again until nothing changes.
Time is counted in turns of the clock; what rests is due after some of them.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

OPEN = {"pending", "ready", "held", "delayed", "waiting", "running"}
RESOLVED = {"succeeded", "failed", "skipped", "cancelled"}
MOST_RESCUES = 3


@dataclass(frozen=True)
class Node:
    """A node as it is drawn: its ports (the first one is taken when an error is passed over) and its settings."""

    name: str
    ports: tuple[str, ...]
    join: str
    on_error: str
    tries: int
    on_worker_lost: str


@dataclass
class StepState:
    status: str = "pending"
    fired: frozenset[str] = frozenset()
    handled: bool = False
    attempt: int = 0
    tries: int = 0
    rescues: int = 0
    epoch: int = 1
    fence: int = 0
    due: int = 0
    ended: Counter[str] = field(default_factory=Counter)


class Refused(Exception):
    """The state does not allow it."""


class Oracle:
    """One run. `edges` are `(source, port, target)`."""

    def __init__(self, nodes: Collection[Node], edges: Collection[tuple[str, str, str]]) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.ins = {name: [(source, port) for source, port, target in edges if target == name] for name in self.nodes}
        self.outs = {name: {target for source, _port, target in edges if source == name} for name in self.nodes}
        self.steps = {name: StepState() for name in self.nodes}
        self.status = "running"
        self.epoch = 1
        self.error = False
        self._look_again()

    # --- what can be read -------------------------------------------------------------------------------------------

    def open(self) -> list[str]:
        return [name for name, step in self.steps.items() if step.status in OPEN]

    def named(self, *statuses: str) -> list[str]:
        return [name for name, step in self.steps.items() if step.status in statuses]

    def holds(self, name: str, fence: int) -> bool:
        """Whether who has claimed the step under this fence still has it."""
        step = self.steps[name]
        return step.status == "running" and step.fence == fence

    def join(self, name: str) -> tuple[int, int]:
        """Edges of a step that are not resolved yet, and those that fired."""
        settled = [(source, port) for source, port in self.ins[name] if self.steps[source].status in RESOLVED]
        live = sum(port in self.steps[source].fired for source, port in settled)
        return len(self.ins[name]) - len(settled), live

    # --- workers ----------------------------------------------------------------------------------------------------

    def claim(self, name: str) -> int:
        """A worker takes a ready step; returns the fence."""
        step = self.steps[name]
        assert step.status == "ready"
        step.status = "running"
        step.attempt += 1
        step.fence += 1
        return step.fence

    def succeed(self, name: str, fired: Collection[str]) -> None:
        self._end(name, "succeeded", frozenset(fired), "succeeded")

    def fail(self, name: str, *, transient: bool) -> None:
        step, node = self.steps[name], self.nodes[name]
        step.tries += 1
        if transient and step.tries < node.tries:
            self._rest(name, "delayed", "retried", due=1)
        else:
            self._fail_for_good(name, "failed")

    def later(self, name: str) -> None:
        self._rest(name, "delayed", "postponed", due=1)

    def wait(self, name: str, turns: int) -> None:
        self._rest(name, "waiting", "waiting", due=turns)

    def hand_back(self, name: str) -> None:
        self._rest(name, "ready", "handed_back", due=0)

    def lose(self, name: str) -> None:
        """The worker is dead, and a ticker has found out."""
        step, node = self.steps[name], self.nodes[name]
        step.rescues += 1
        if node.on_worker_lost == "retry" and step.rescues <= MOST_RESCUES:
            self._rest(name, "ready", "lost", due=0)
        else:
            self._fail_for_good(name, "lost")

    # --- people and time --------------------------------------------------------------------------------------------

    def pause(self) -> None:
        if self.status == "paused":
            return
        self._need("running")
        self.status = "paused"
        for name in self.named("ready", "delayed"):
            self.steps[name].status = "held"

    def resume(self) -> None:
        if self.status == "running":
            return
        self._need("paused")
        self.status = "running"
        for name in self.named("held"):
            step = self.steps[name]
            step.status = "delayed" if step.due > 0 else "ready"

    def stop(self) -> None:
        if self.status == "stopped":
            return
        self._need("running", "paused", "failing")
        self._cancel(self.open())
        self.status = "stopped"

    def fail_from_outside(self) -> bool:
        if self.status not in ("running", "paused", "failing"):
            return False
        self._cancel(self.open())
        self.status = "failed"
        self.error = True
        return True

    def turn(self) -> None:
        """A turn of the clock, and the ticker that wakes what is due."""
        for step in self.steps.values():
            step.due -= 1
        for name in self.named("delayed", "waiting"):
            step = self.steps[name]
            if step.due > 0:
                continue
            step.status = "held" if self.status == "paused" else "ready"

    def retry_step(self, name: str, *, force: bool) -> None:
        self._need("succeeded", "failed", "stopped", "paused")
        if self.steps[name].status not in (RESOLVED if force else {"failed", "cancelled"}):
            raise Refused
        mended = self._cut_off({name}) if self.status == "failed" else set()
        self._again({name}, mended)

    def retry(self) -> None:
        """From the failure: what has failed unhandled, and what was cancelled."""
        self._need("succeeded", "failed", "stopped", "paused")
        unhandled = {name for name in self.named("failed") if not self.steps[name].handled}
        broken = unhandled | set(self.named("cancelled"))
        if not broken:
            raise Refused
        self._again(unhandled, broken)

    # --- how ----------------------------------------------------------------------------------------------------------

    def _need(self, *statuses: str) -> None:
        if self.status not in statuses:
            raise Refused

    def _end(self, name: str, status: str, fired: frozenset[str], outcome: str) -> None:
        step = self.steps[name]
        step.status, step.fired, step.due = status, fired, 0
        step.ended[outcome] += 1
        self._look_again()

    def _rest(self, name: str, status: str, outcome: str, *, due: int) -> None:
        step = self.steps[name]
        step.ended[outcome] += 1
        step.due = due
        if self.status == "failing":
            step.status = "cancelled"
            self._look_again()
        elif self.status == "paused" and status != "waiting":
            step.status = "held"
        else:
            step.status = status

    def _fail_for_good(self, name: str, outcome: str) -> None:
        step, node = self.steps[name], self.nodes[name]
        step.handled = node.on_error != "fail"
        fired = {"error_port": {"error"}, "continue": {node.ports[0]}}.get(node.on_error, set())
        if not step.handled and self.status != "failing":
            self.status = "failing"
            self.error = True
            self._cancel([other for other in self.open() if self.steps[other].status != "running"])
        self._end(name, "failed", frozenset(fired), outcome)

    def _cancel(self, names: Collection[str]) -> None:
        for name in names:
            step = self.steps[name]
            if step.status == "running":
                step.ended["cancelled"] += 1
            step.status = "cancelled"

    def _look_again(self) -> None:
        """Everything that follows, until nothing follows any more."""
        while self.status in ("running", "paused") and any(self._decide(name) for name in self.named("pending")):
            pass
        if not self.open() and self.status not in ("succeeded", "failed", "stopped"):
            self.status = "failed" if self.error or self.status == "failing" else "succeeded"

    def _decide(self, name: str, *, asked: bool = False) -> bool:
        """Whether a pending step is pending no more."""
        remaining, live = self.join(name)
        step, mode = self.steps[name], self.nodes[name].join
        begins = {"any": live > 0, "all_resolved": remaining == 0 and live > 0, "all_live": live == len(self.ins[name])}
        if begins[mode] or not self.ins[name] or (asked and remaining == 0):
            step.status = "held" if self.status == "paused" else "ready"
        elif remaining == 0:
            step.status = "skipped"
        return step.status != "pending"

    def _cut_off(self, wanted: set[str]) -> set[str]:
        """What was cancelled by the failure of the wanted ones, and not behind a failure that stays."""
        chosen = self._with_others(wanted)
        behind = {name for name in self.named("failed") if not self.steps[name].handled and name not in chosen}
        while after := {target for name in behind for target in self.outs[name]} - behind:
            behind |= after
        return set(self.named("cancelled")) - behind

    def _with_others(self, wanted: set[str]) -> set[str]:
        """All that goes back with the wanted ones."""
        chosen = set(wanted)
        while True:
            after = {target for name in chosen for target in self.outs[name]}
            before = {name for name in self._before(chosen) if self.steps[name].status == "cancelled"}
            if after | before <= chosen:
                return chosen
            chosen |= after | before

    def _again(self, wanted: set[str], mended: set[str]) -> None:
        chosen = self._with_others(wanted | mended)
        untouched = copy.deepcopy(self.__dict__)
        self.epoch += 1
        for name in chosen:
            step = self.steps[name]
            if step.status == "running":
                step.ended["cancelled"] += 1
            self.steps[name] = StepState(epoch=self.epoch, fence=step.fence, ended=step.ended)
        if self.status != "paused":
            self.status = "running"
        unhandled = [name for name in self.named("failed") if not self.steps[name].handled]
        self.error = bool(unhandled or self.named("cancelled"))
        asked = {name for name in wanted if self.join(name)[0] == 0}  # those behind others wait for what these bring
        for name in sorted(chosen):
            self._decide(name, asked=name in asked)
        self._look_again()
        if all(self.steps[name].status == "skipped" for name in chosen):
            self.__dict__ = untouched
            raise Refused
            raise Refused

    def _before(self, chosen: set[str]) -> set[str]:
        found: set[str] = set()
        fresh = set(chosen)
        while fresh:
            fresh = {source for name in fresh for source, _port in self.ins[name]} - found
            found |= fresh
        return found
