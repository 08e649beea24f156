"""Rounds: everybody does the same work in turn, so that the noise of the machine hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import psycopg

from bench import bare, effort, written
from bench.contender import Contender
from bench.front import OverHttp
from bench.inside import Inside
from bench.machine import Machine
from bench.options import CHAIN_STEPS
from bench.peers import rows
from bench.places import SCHEMA, connect
from bench.works import Seconds, Work
from bench.written import Rows

BARE_LOOPS = 5

Ours = Inside | OverHttp


@dataclass(frozen=True)
class Round:
    """One turn of everybody. Seconds by the name of the contender; `bare` is the seconds of one commit loop.

    `rows`, `transactions`, `cpu` (ms per step and process) and `phases` (ms) are Naryad's own.
    """

    seconds: Mapping[str, Seconds]
    bare: float
    rows: Rows
    transactions: int
    cpu: Mapping[str, float]
    phases: Mapping[str, float]
    machine: Machine


@contextmanager
def tables() -> Iterator[psycopg.Connection]:
    """A connection beside a schema for those who write rows of their own; nothing of it stays."""
    with connect() as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute(bare.TABLES, prepare=False)
        connection.execute(rows.TABLES, prepare=False)
        try:
            yield connection
        finally:
            connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def hold(work: Work, ours: Ours, others: Sequence[Contender], rounds: int, tell: Callable[[str], None]) -> list[Round]:
    """Warm everybody up, then measure them in `rounds` rounds."""
    contenders: list[Contender] = [ours, *others]
    held = []
    with tables() as connection:
        for contender in contenders:
            work.once(contender)
        bare.commit_loop(connection, CHAIN_STEPS)
        for number in range(1, rounds + 1):
            held.append(_round(work, ours, contenders, connection))
            tell(f"round {number} of {rounds}: {_in_short(held[-1])}")
    return held


def _round(work: Work, ours: Ours, contenders: Sequence[Contender], connection: psycopg.Connection) -> Round:
    machine = Machine.look()
    ours.ids.clear()
    seconds: dict[str, Seconds] = {}
    before, spent = written.transactions(connection), effort.spent()
    seconds[ours.name] = work.once(ours)
    transactions, afterwards = written.transactions(connection) - before, effort.spent()
    rows_written = written.rows_of(ours.ids)
    cpu = effort.per_step(spent, afterwards, rows_written.steps)
    for contender in contenders[1:]:
        seconds[contender.name] = work.once(contender)
    loop = median(bare.commit_loop(connection, CHAIN_STEPS) for _ in range(BARE_LOOPS))
    return Round(seconds, loop, rows_written, transactions, cpu, written.phases(ours.ids), machine)


def _in_short(held: Round) -> str:
    told = [f"{name} {median(each) * 1000:.1f} ms" for name, each in held.seconds.items()]
    return f"{', '.join(told)}; bare loop {held.bare * 1000:.1f} ms; others use {held.machine.others:.0%}"


def summary(work: Work, rounds: Sequence[Round], ours: str = Inside.name) -> dict[str, Any]:
    """The figures of all rounds as one JSON object."""
    names = list(rounds[0].seconds)
    figures = {name: work.figures([held.seconds[name] for held in rounds]) for name in names}
    bare_step = median(held.bare for held in rounds) * 1000 / CHAIN_STEPS
    found: dict[str, Any] = {"work": work.name, **figures[ours], "bare_ms_per_step": round(bare_step, 3)}
    if work.name == "W1":
        found["ratio_to_bare"] = round(figures[ours]["ms_per_step"] / bare_step, 2)
    for name in names:
        if name != ours:
            found[name] = figures[name]
            found[f"ratio_to_{name}"] = round(figures[ours]["seconds"] / figures[name]["seconds"], 3)
    last = rounds[-1]
    found["rows"] = asdict(last.rows)
    found["writing_transactions"] = last.transactions
    found["phases_ms"] = _medians([held.phases for held in rounds])
    found["cpu_ms_per_step"] = _medians([held.cpu for held in rounds])
    found["rounds"] = len(rounds)
    found["machine"] = {
        "cores": last.machine.cores,
        "load": median(held.machine.load for held in rounds),
        "others": median(held.machine.others for held in rounds),
    }
    return found


def _medians(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for found in each for name in found)
    return {name: round(median(found.get(name, 0.0) for found in each), 3) for name in names}
