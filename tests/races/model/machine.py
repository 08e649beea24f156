"""The same moves on the engine and on the oracle; after each of them both must say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from accounts import clock
from accounts.clock import Now
from executions import claims, failures, lease, payloads, services, sweeps
from executions.claims import Claimed, Recorded
from executions.engine import settlement
from executions.engine.settlement import Failure, Settlement
from executions.errors import IllegalTransition, NothingToRetry
from executions.models import Attempt, Execution, Step
from executions.offers import Offer
from executions.services.control import fail
from executions.services.settling import Report, settle
from tests.integration.executions.driving import journal, start
from tests.races import promises
from tests.races.model.graphs import REST_SECONDS, definition, graphs
from tests.races.model.oracle import Oracle, Refused
from workflows import services as workflows
from workflows.graph.topology import CompiledNode

TURN_SECONDS = 2 * REST_SECONDS
"""What rests is due after one turn of the clock, what was to wait for longer after as many turns as it was told."""


@dataclass(frozen=True)
class Grip:
    """A step as somebody has claimed it, who may be a zombie by now."""

    claimed: Claimed
    fence: int

    @property
    def name(self) -> str:
        return self.claimed.node_id


class RunMachine(RuleBasedStateMachine):
    """One run of a drawn graph. `person` must be set by whoever runs it."""

    person: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.grips: list[Grip] = []
        self.was_paused = False

    @initialize(drawn=graphs())
    def begin(self, drawn: Any) -> None:
        self.oracle = Oracle(*drawn)
        run = start(self.person, definition(*drawn))
        self.run_id = run.id
        self.graph = workflows.compiled(run.version_id)
        assert run.started_at is not None
        roots = [name for name, node in self.graph.nodes.items() if not node.ins]
        self.offers = {
            name: Offer(run.id, run.version_id, name, run.started_at, True, run.started_at) for name in roots
        }

    def teardown(self) -> None:
        clock.shift(connection, self.seconds)
        if hasattr(self, "run_id"):
            if self.oracle.open():
                self.stop()
            self.both_say_the_same()
            assert promises.broken() == {}
        clock.shift(connection, 0)

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """One of all moves. Many rules would be drawn by another law, under which hardly a run gets to its end."""
        likely = [move for move, weight in self._weights().items() for _time in range(weight)]
        move = data.draw(st.sampled_from(likely), label="move")
        getattr(self, move)(data)

    def _weights(self) -> dict[str, int]:
        held = len(self.grips) > 0
        over = not self.oracle.open()
        paused = self.oracle.status == "paused"
        working = {"succeed": 24, "fail": 8, "later": 2, "wait": 3, "hand_back": 2, "die": 5} if held else {}
        return working | {
            "claim": 20 if self.oracle.named("ready") else 1,
            "hear": 8 if any(self._is_on_offer(name) for name in self.offers) else 1,
            "turn": 10 if self.oracle.named("delayed", "waiting") else 1,
            "pause": 3,
            "resume": 10 if paused else 1,
            "stop": 1,
            "be_too_late": 1,
            "retry_step": 12 if over else 5 if paused else 1,
            "retry": 8 if over else 1,
        }

    # --- workers ----------------------------------------------------------------------------------------------------

    def claim(self, data: st.DataObject) -> None:
        """The step that is drawn is moved to the front: ranks follow from the time of day and cannot be repeated."""
        ready = self.oracle.named("ready")
        if not ready:
            assert claims.claim(queue="cpu", worker="worker") is None
            return
        name = data.draw(st.sampled_from(ready), label="which")
        Step.objects.filter(execution_id=self.run_id, node_id=name).update(rank_at=Now() - timedelta(days=1))
        claimed = claims.claim(queue="cpu", worker="worker")
        assert claimed is not None
        assert claimed.node_id == name
        self._grip(claimed)

    def hear(self, data: st.DataObject) -> None:
        """Somebody has run a first step in memory, and heard of it when the run began: perhaps long ago."""
        name = data.draw(st.sampled_from(sorted(self.offers)), label="which")
        fired = self._fired(name, data)
        done = settlement.success({port: [{}] for port in sorted(fired)})
        claimed = self.offers[name].claimed(queue="cpu", worker="worker")
        recorded = settle(Report(claimed, self.graph, done, payloads.encode(done.ports or {}, {})))
        if recorded is not None:  # otherwise it is left to whoever claims it
            assert self._is_on_offer(name)
            self.oracle.claim(name)
            self.oracle.succeed(name, fired)

    def succeed(self, data: st.DataObject) -> None:
        goes_on = data.draw(st.booleans(), label="goes on")
        grip = self._some(data)
        fired = self._fired(grip.name, data)
        done = settlement.success({port: [{}] for port in sorted(fired)})
        if goes_on:
            self._line_up()
        recorded = self._finish(grip, done, lambda: self.oracle.succeed(grip.name, fired), goes_on=goes_on)
        ready = self.oracle.named("ready")
        if recorded is not None and recorded.claimed is not None:
            assert recorded.claimed.node_id in ready
            self._grip(recorded.claimed)

    def fail(self, data: st.DataObject) -> None:
        transient = data.draw(st.booleans(), label="transient")
        grip = self._some(data)
        failure = Failure("broken", "", transient=transient)
        settled = settlement.failed(
            self._node(grip), failure, tries=grip.claimed.tries, jitter=0.5, items=[{}], progress=None
        )
        self._finish(grip, settled, lambda: self.oracle.fail(grip.name, transient=transient))

    def later(self, data: st.DataObject) -> None:
        grip = self._some(data)
        postponed = settlement.later(seconds=REST_SECONDS, reason="limit", progress={"page": 2})
        self._finish(grip, postponed, lambda: self.oracle.later(grip.name))

    def wait(self, data: st.DataObject) -> None:
        turns = data.draw(st.integers(1, 2), label="turns")
        grip = self._some(data)
        seconds = turns * TURN_SECONDS - REST_SECONDS
        port = self._node(grip).first_output
        asleep = settlement.waiting(seconds=seconds, on_event=port, on_timeout=port)
        self._finish(grip, asleep, lambda: self.oracle.wait(grip.name, turns))

    def hand_back(self, data: st.DataObject) -> None:
        grip = self._some(data)
        self._finish(grip, settlement.handed_back(), lambda: self.oracle.hand_back(grip.name))

    def die(self, data: st.DataObject) -> None:
        """The lease runs out, and two tickers find out; the worker is a zombie from now on."""
        grip = self._some(data)
        mine = Step.objects.filter(id=grip.claimed.step_id, fence=grip.fence, status="running")
        mine.update(lease_expires_at=Now())
        held = self.oracle.holds(grip.name, grip.fence)
        assert sweeps.rescue_expired() == held
        assert sweeps.rescue_expired() == 0
        if held:
            self.oracle.lose(grip.name)

    # --- people and time --------------------------------------------------------------------------------------------

    def pause(self, data: st.DataObject) -> None:
        self._steer(lambda: services.pause(execution_id=self.run_id), self.oracle.pause)
        self.was_paused |= self.oracle.status == "paused"

    def resume(self, data: st.DataObject) -> None:
        self._steer(lambda: services.resume(execution_id=self.run_id), self.oracle.resume)

    def stop(self, data: st.DataObject | None = None) -> None:
        self._steer(lambda: services.stop(execution_id=self.run_id), self.oracle.stop)

    def be_too_late(self, data: st.DataObject) -> None:
        ended = fail(execution_id=self.run_id, failure=failures.DEADLINE_EXCEEDED)
        assert ended == self.oracle.fail_from_outside()

    def retry_step(self, data: st.DataObject) -> None:
        force = data.draw(st.booleans(), label="force")
        name = data.draw(st.sampled_from(sorted(self.oracle.steps)))
        step = Step.objects.get(execution_id=self.run_id, node_id=name).id
        self._steer(
            lambda: services.retry_step(execution_id=self.run_id, step_id=step, force=force),
            lambda: self.oracle.retry_step(name, force=force),
        )

    def retry(self, data: st.DataObject) -> None:
        self._steer(lambda: services.retry(execution_id=self.run_id, user=self.person), self.oracle.retry)

    def turn(self, data: st.DataObject) -> None:
        """Time passes; workers that live renew their leases, and two tickers wake what is due."""
        self.seconds += TURN_SECONDS
        clock.shift(connection, self.seconds)
        held = {grip.claimed.step_id: grip.fence for grip in self.grips if self.oracle.holds(grip.name, grip.fence)}
        assert lease._renew(held) == held.keys()
        assert sweeps.rescue_expired() == 0
        self.oracle.turn()
        sweeps.wake_due()
        assert sweeps.wake_due() == 0

    # --- what must be true ------------------------------------------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "run_id"):
            return
        run = Execution.objects.get(id=self.run_id)
        oracle = self.oracle
        assert (run.status, run.open_steps, run.epoch) == (oracle.status, len(oracle.open()), oracle.epoch)
        assert (run.finished_at is None) == bool(oracle.open())
        rows = {step.node_id: step for step in Step.objects.filter(execution=run)}
        assert {name: _told(row) for name, row in rows.items()} == {name: self._foretold(name) for name in rows}
        assert _ended(run) == {name: step.ended for name, step in oracle.steps.items() if step.ended}
        assert len(journal(run)) == run.event_seq

    def _foretold(self, name: str) -> tuple[Any, ...]:
        step = self.oracle.steps[name]
        counted = self.oracle.join(name) if step.status == "pending" else None
        fired = step.fired if step.status in ("succeeded", "failed") else frozenset()
        return step.status, step.attempt, step.tries, step.rescues, step.epoch, step.fence, step.handled, fired, counted

    # --- how ----------------------------------------------------------------------------------------------------------

    def _grip(self, claimed: Claimed) -> None:
        fence = self.oracle.claim(claimed.node_id)
        assert claimed.fence == fence
        self.grips.append(Grip(claimed, fence))

    def _line_up(self) -> None:
        """Which of the ready steps is claimed next follows from the time of day otherwise, and cannot be repeated."""
        for place, name in enumerate(self.oracle.named("ready")):
            first = Now() - timedelta(hours=12) + timedelta(minutes=place)
            Step.objects.filter(execution_id=self.run_id, node_id=name).update(rank_at=first)

    def _is_on_offer(self, name: str) -> bool:
        """Whether the step is as it was when the run began, in a run that was never paused."""
        step = self.oracle.steps[name]
        untouched = (step.status, step.fence, step.epoch) == ("ready", 0, 1)
        return untouched and self.oracle.status == "running" and not self.was_paused

    def _fired(self, name: str, data: st.DataObject) -> set[str]:
        ports = [port for port in self.oracle.nodes[name].ports if port != "error"]
        least = data.draw(st.sampled_from([1, 1, 1, 0]))  # mostly the run goes on somewhere
        return data.draw(st.sets(st.sampled_from(ports), min_size=least))

    def _some(self, data: st.DataObject) -> Grip:
        return data.draw(st.sampled_from(self.grips), label="whose")

    def _node(self, grip: Grip) -> CompiledNode:
        return self.graph.nodes[grip.name]

    def _finish(
        self, grip: Grip, settled: Settlement, foretell: Callable[[], None], *, goes_on: bool = False
    ) -> Recorded | None:
        """Record what became of a step; of a zombie nothing may be recorded."""
        held = self.oracle.holds(grip.name, grip.fence)
        data = payloads.encode(settled.ports, {}) if settled.ports else []
        going_on = "cpu" if goes_on else None
        recorded = settle(Report(grip.claimed, self.graph, settled, data, continue_on=going_on))
        assert (recorded is not None) == held
        if held:
            foretell()
        self.grips.remove(grip)
        return recorded

    def _steer(self, really: Callable[[], object], foretell: Callable[[], None]) -> None:
        try:
            foretell()
        except Refused:
            expected = True
        else:
            expected = False
        try:
            really()
        except (IllegalTransition, NothingToRetry):
            assert expected
        else:
            assert not expected


def _told(row: Step) -> tuple[Any, ...]:
    counted = (row.remaining, row.live) if row.status == "pending" else None
    fired: Collection[str] = row.fired if row.status in ("succeeded", "failed") and row.fired else ()
    return (
        str(row.status),
        row.attempt,
        row.tries,
        row.rescues,
        row.epoch,
        row.fence,
        row.handled,
        frozenset(fired),
        counted,
    )


def _ended(run: Execution) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for name, outcome in Attempt.objects.filter(step__execution=run).values_list("step__node_id", "outcome"):
        found.setdefault(name, Counter())[outcome] += 1
    return found
