"""`dev.py chaos`: a storm on an installation of its own, and what is left of the promises after it."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from devtools import console
from devtools.chaos import figures, graphs, invariants, witnesses
from devtools.chaos.arena import Arena
from devtools.chaos.client import Client
from devtools.chaos.controller import Controller
from devtools.chaos.graphs import DRAWN, Shape
from devtools.chaos.invariants import Fault
from devtools.chaos.load import Load, create_workflows
from devtools.chaos.nemesis import PROFILES, Deed, Nemesis
from devtools.installation import Refused
from devtools.supervisor import Supervisor

STARTS_PER_MINUTE = 100
BIG_NODES = 10_000
CALM_KILLS = ("worker", "worker-2")
CALM_RUNS = 6
CALM_SECONDS = 2.5
"""How long the calls of those runs have been going on when their worker is killed."""
SETTLE_LEASES = 8
SETTLE_SECONDS = 180.0
"""How long the work may go on after the storm: leases have to run out first, the longest (30 s) that of a message."""
SLACK_SECONDS = 10.0
PROGRESS_SECONDS = 10.0
GOAL_RETURN_SECONDS = 15.0
GOAL_ANSWER_MS = 1000.0
GOAL_START_SECONDS = 3.0


def chaos(arguments: Sequence[str]) -> int:
    """One storm. Returns 1 when a promise was broken; with `--strict` also when a figure missed its goal."""
    options = _options(arguments)
    arena = Arena(real_leases=options.real_leases)
    arena.sweep_clean()
    with Supervisor(arena.home) as supervisor:
        console.say(f"starting an installation in {arena.home.var}, leases of {arena.lease_seconds:g} s")
        arena.bring_up(supervisor)
        if supervisor.stopping.is_set():
            return 130
        try:
            report = Storm(arena, supervisor, options).carry_out()
        except (TimeoutError, RuntimeError) as reason:
            raise Refused(str(reason)) from reason
        if supervisor.stopping.is_set():
            return 130
        console.say("stopping")
    print(json.dumps(report, indent=None if options.json else 2))
    return 0 if report["ok"] and not (options.strict and report["missed"]) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py chaos", description="Kills, freezes and starves a Naryad of its own.")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same deeds and starts")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="all")
    parser.add_argument("--executions", type=int, help=f"how many runs; {STARTS_PER_MINUTE} a minute by default")
    parser.add_argument("--real-leases", action="store_true", help="30 s leases as in production, not 4 s")
    parser.add_argument("--strict", action="store_true", help="a figure that misses its goal is a failure, too")
    parser.add_argument("--json", action="store_true", help="the report in one line")
    return parser.parse_args(arguments)


class Storm:
    """The three acts: a big workflow in calm weather, the storm, the judgement."""

    def __init__(self, arena: Arena, supervisor: Supervisor, options: argparse.Namespace) -> None:
        self.arena = arena
        self.supervisor = supervisor
        self.options = options
        self.client = arena.client()
        self.shapes: dict[str, Shape] = {shape.name: shape for shape in (draw(arena.ledger_url) for draw, _ in DRAWN)}
        limit = options.executions or max(1, int(STARTS_PER_MINUTE * options.minutes))
        workflows = create_workflows(self.client, [graphs.inner(arena.ledger_url), *self.shapes.values()])
        rate = limit / (options.minutes * 60)
        self.load = Load(self.client, workflows, rate=rate, limit=limit, seed=options.seed)
        self.controller = Controller(self.client, self.load, seed=options.seed)
        self.nemesis = Nemesis(arena, options.profile, seed=options.seed)
        self.calm: list[Deed] = []

    def carry_out(self) -> dict[str, Any]:
        """Everything; returns the report, an empty one when it was interrupted."""
        big_seconds = start_big(self.client, self.arena.ledger_url)
        console.say(f"{BIG_NODES} nodes started in {big_seconds:.2f} s; killing single workers in calm weather")
        self._kill_in_calm()
        console.say("the storm begins")
        self._blow()
        settled = self._settle()
        console.say(f"settled after {settled:.0f} s; judging")
        if self.supervisor.stopping.is_set():
            return {}
        with psycopg.connect(self.arena.database_url, autocommit=True) as connection:
            return self._report(connection, big_seconds, settled)

    def _kill_in_calm(self) -> None:
        """Kill each worker once while it is at long calls, and give it time: how long recovery takes by itself."""
        for name in CALM_KILLS:
            for number in range(CALM_RUNS):
                self.load.start_one("slow", f"calm-{name}-{number}")
            self.supervisor.stopping.wait(CALM_SECONDS)
            self.calm.append(self.nemesis.kill(name))
            self.supervisor.stopping.wait(self.longest_recovery)

    def _blow(self) -> None:
        began = time.monotonic()
        for actor in (self.load, self.controller, self.nemesis):
            actor.start()
        while time.monotonic() - began < self.options.minutes * 60 and not self.supervisor.stopping.is_set():
            self.supervisor.stopping.wait(PROGRESS_SECONDS)
            done = Counter(deed.name for deed in self.nemesis.deeds)
            told = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
            console.say(f"{time.monotonic() - began:.0f} s: {len(self.load.runs)} runs acknowledged; {told}")
        if self.supervisor.stopping.is_set():
            self.client.patience_seconds = 0.0
        self.nemesis.heal()
        self.load.stop()
        self.controller.stop()

    def _settle(self) -> float:
        """Wait until nothing moves any more, or long enough; returns the seconds that it took."""
        began = time.monotonic()
        limit = SETTLE_SECONDS + SETTLE_LEASES * self.arena.lease_seconds
        if self.supervisor.stopping.is_set():
            return 0.0
        self.arena.wait_until_whole(seconds=limit)
        with psycopg.connect(self.arena.database_url, autocommit=True) as connection:
            while time.monotonic() - began < limit and not self.supervisor.stopping.is_set():
                if not any(connection.execute(LEFT).fetchone() or ()):
                    break
                time.sleep(0.5)
        return time.monotonic() - began

    def _report(self, connection: psycopg.Connection, big_seconds: float, settled: float) -> dict[str, Any]:
        deeds = self.nemesis.deeds
        outcomes = invariants.count_outcomes(connection)
        faults, repeats = self._judge(connection)
        measured = {
            "recoverySeconds": figures.summary(figures.recoveries(connection, self.calm)),
            "recoveryInStormSeconds": figures.summary(figures.recoveries(connection, deeds)),
            "brokerReturnSeconds": figures.summary(figures.returns(connection, deeds, figures.BROKER)),
            "databaseReturnSeconds": figures.summary(figures.returns(connection, deeds, figures.DATABASE)),
            "pauseMs": figures.answers(self.controller.acknowledged, deeds, "pause"),
            "stopMs": figures.answers(self.controller.acknowledged, deeds, "stop"),
            "bigStartSeconds": round(big_seconds, 2),
        }
        return {
            "seed": self.options.seed,
            "profile": self.options.profile,
            "minutes": self.options.minutes,
            "leaseSeconds": self.arena.lease_seconds,
            **invariants.count_figures(connection),
            "outcomes": outcomes,
            "rescues": outcomes.get("lost", 0),
            "acknowledged": len(self.load.runs),
            "kills": sum(deed.name.startswith("kill") for deed in deeds),
            "deeds": dict(Counter(deed.name for deed in deeds)),
            "controls": dict(self.controller.done),
            "repeatedCalls": repeats,
            "settleSeconds": round(settled, 1),
            **measured,
            "missed": missed(measured, self.longest_recovery),
            "violations": {name: fault.count for name, fault in faults.items()},
            "examples": {name: fault.examples for name, fault in faults.items() if fault.count},
            "ok": not any(fault.count for fault in faults.values()),
        }

    def _judge(self, connection: psycopg.Connection) -> tuple[dict[str, Fault], int]:
        calls = witnesses.read_ledger(self.arena.ledger_file)
        outside, repeats = witnesses.compare_ledger(connection, calls)
        told = [*self.client.faults, *self.load.faults]
        return {
            **invariants.find_faults(connection),
            **outside,
            **witnesses.compare_api(connection, self.client, self.load.runs),
            **witnesses.compare_results(connection, self.load.runs, self.shapes),
            "serverFaults": Fault(len(told), told[: invariants.EXAMPLES]),
        }, repeats

    @property
    def longest_recovery(self) -> float:
        return self.arena.lease_seconds + self.arena.sweep_seconds + SLACK_SECONDS


LEFT = """
SELECT (SELECT count(*) FROM executions_execution WHERE finished_at IS NULL),
    (SELECT count(*) FROM integrations_outboxmessage WHERE state IN ('waiting', 'sending'))
"""


def start_big(client: Client, ledger: str) -> float:
    """Seconds from asking for a run of the big workflow to its acknowledgement. It is stopped again."""
    shape = graphs.big(ledger, BIG_NODES)
    (workflow,) = create_workflows(client, [shape]).values()
    answer = client.insist("POST", f"/workflows/{workflow}/execute", {}, key="big")
    client.insist("POST", f"/executions/{answer.body['id']}/stop")
    return answer.seconds


def missed(measured: dict[str, Any], longest_recovery: float) -> list[str]:
    """The figures that did not reach their goal."""
    goals = {
        "recoverySeconds": (measured["recoverySeconds"].get("max", 0), longest_recovery),
        "brokerReturnSeconds": (measured["brokerReturnSeconds"].get("max", 0), GOAL_RETURN_SECONDS),
        "databaseReturnSeconds": (measured["databaseReturnSeconds"].get("max", 0), GOAL_RETURN_SECONDS),
        "pauseMs": (measured["pauseMs"].get("p99", 0), GOAL_ANSWER_MS),
        "stopMs": (measured["stopMs"].get("p99", 0), GOAL_ANSWER_MS),
        "bigStartSeconds": (measured["bigStartSeconds"], GOAL_START_SECONDS),
    }
    return [name for name, (value, goal) in goals.items() if value > goal]
