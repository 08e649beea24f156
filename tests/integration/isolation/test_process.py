"""A node in a process of its own: its results are as if it had run here, and nothing that it does lasts."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from executions import payloads
from executions.payloads import PayloadRefused
from integrations.errors import Cancelled, CircuitOpen, Refused, TimedOut, Unreachable
from integrations.scope import Sent
from tests.integration.executions.driving import wait_until
from tests.integration.isolation.bodies import apart, surroundings
from workflows.node_type import Done, Later, NodeError, Pass, Permanent, Start, Transient, Wait

OUTCOMES: list[Any] = [
    Done({"out": [{"x": 1, "sum": Decimal("12345678901234567890.10"), "text": "Ж\n\"'"}], "other": []}),
    Done({"out": [{"a": 1}, {"a": 2}]}, {"out": [("in", 1), ("in", 0)]}),
    Wait(until=datetime(2026, 3, 1, 9, tzinfo=UTC), event="a.b", subject="7", on_event="e", on_timeout="t"),
    Wait(seconds=1.5),
    Later(2.5, "rate_limited", {"page": 3}, host="api"),
    Pass([{"x": 1}], {"next": 2}),
    Start("WF-01", [{"x": 1}], wait=False),
]


def as_json(outcome: Any) -> Any:
    """What would be kept of an outcome."""
    ports = payloads.encode(outcome.ports, outcome.sources) if isinstance(outcome, Done) else None
    return ports, {name: value for name, value in vars(outcome).items() if not isinstance(outcome, Done)}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_an_outcome_is_as_if_the_node_had_run_here(outcome: Any) -> None:
    assert as_json(apart(lambda _context: outcome)) == as_json(outcome)


def test_the_node_runs_elsewhere_and_sees_its_inputs() -> None:
    outcome = apart(lambda context: Done({"out": [{"pid": os.getpid(), "x": context.items[0]["x"]}]}))
    assert isinstance(outcome, Done)
    assert outcome.ports["out"][0]["pid"] != os.getpid()
    assert outcome.ports["out"][0]["x"] == 1


def test_what_the_node_changes_stays_with_it() -> None:
    context = surroundings(lambda _context: None)

    def change(own: Any) -> Done:
        own.items.append({})
        os.environ["CHANGED"] = "1"
        return Done({"out": []})

    apart(change, context=context)
    assert (context.items, "CHANGED" in os.environ) == ([{"x": 1}], False)


ERRORS: list[Any] = [
    Transient("busy", "Занято: %(who)s", retry_after=7, who="he"),
    Permanent("broken", "Сломано"),
    CircuitOpen(retry_after=3.0, host="api"),
    Unreachable(host="api"),
    Refused(status=404),
    TimedOut(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_means_the_same_as_if_it_had_been_raised_here(error: Any) -> None:
    def fail(_context: Any) -> None:
        raise error

    with pytest.raises(type(error) if isinstance(error, CircuitOpen) else NodeError) as raised:
        apart(fail)
    met: Any = raised.value
    assert (met.code, str(met.message), met.details) == (error.code, str(error.message), error.details)
    assert (met.transient, getattr(met, "retry_after", None)) == (error.transient, getattr(error, "retry_after", None))


@pytest.mark.parametrize("defect", [ValueError("secret"), SystemExit(3), KeyboardInterrupt()])
def test_a_defect_is_named_by_its_kind_only(defect: BaseException) -> None:
    def fail(_context: Any) -> None:
        raise defect

    with pytest.raises(Permanent) as raised:
        apart(fail)
    assert (raised.value.code, raised.value.details) == ("defect", {"type": type(defect).__name__})


@pytest.mark.parametrize(
    ("items", "code"), [([{"x": object()}], "output_not_json"), ([{"x": "y" * 11_000_000}], "payload_too_large")]
)
def test_a_result_that_cannot_be_kept_is_refused_as_here(items: Any, code: str) -> None:
    with pytest.raises(PayloadRefused) as refused:
        apart(lambda _context: Done({"out": items}))
    assert refused.value.failure.code == code


def test_a_large_result_comes_whole() -> None:
    outcome = apart(lambda _context: Done({"out": [{"x": "ж" * 4_000_000}]}))
    assert isinstance(outcome, Done)
    assert len(outcome.ports["out"][0]["x"]) == 4_000_000


def test_log_lines_and_calls_come_back_also_from_a_node_that_is_killed() -> None:
    def die(own: Any) -> None:
        own.log.warning("Страниц: %(count)s", count=3)
        own._note(Sent("GET", "api/x", "key", "200", time.monotonic()))
        os.kill(os.getpid(), signal.SIGKILL)

    context = surroundings(die)
    lines, sent = context.log.lines, context.effects
    with pytest.raises(Transient):
        apart(die, context=context)
    assert [(line.level, line.step_id) for line in lines] == [("warning", context.step_id)]
    assert [(call.target, call.outcome) for call in sent] == [("api/x", "200")]
    assert sent[0].at <= time.monotonic()


@pytest.mark.parametrize(
    ("end", "details"),
    [
        (lambda: os._exit(3), {"exitCode": 3}),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), {"signal": "SIGKILL"}),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), {"signal": "SIGTERM"}),
    ],
)
@pytest.mark.parametrize(("may_repeat", "kind"), [(True, Transient), (False, Permanent)])
def test_a_process_that_dies_fails_its_step(
    end: Callable[[], Any], details: dict[str, Any], may_repeat: bool, kind: type[NodeError]
) -> None:
    with pytest.raises(kind) as died:
        apart(lambda _context: end(), may_repeat=may_repeat)
    assert (died.value.code, died.value.details) == ("process_died", details)


def spin(_context: Any) -> None:
    while True:
        pass


def hang_in_c(_context: Any) -> None:
    """A regular expression holds the interpreter's lock while it matches, here for years."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def sleep(_context: Any) -> None:
    time.sleep(10**6)


def refuse_to_leave(_context: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        with suppress(BaseException):
            time.sleep(10**6)


@pytest.mark.parametrize("body", [spin, hang_in_c, sleep, refuse_to_leave])
def test_a_node_that_does_not_stop_is_killed_at_its_time(body: Callable[[Any], Any]) -> None:
    children = set(psutil.Process().children(recursive=True))
    with pytest.raises(Transient) as late:
        apart(body, seconds=0.2)
    assert late.value.code == "timed_out"
    assert set(psutil.Process().children(recursive=True)) <= children


@pytest.mark.parametrize("body", [spin, hang_in_c, sleep])
def test_a_step_that_is_cancelled_ends_at_once(body: Callable[[Any], Any]) -> None:
    context = surroundings(body)
    children = set(psutil.Process().children())
    cancelling = threading.Thread(
        target=lambda: _cancel_when(lambda: set(psutil.Process().children()) - children, context)
    )
    cancelling.start()
    with pytest.raises(Cancelled):
        apart(body, context=context)
    cancelling.join(60)
    assert set(psutil.Process().children()) <= children


def _cancel_when(it_runs: Callable[[], Any], context: Any) -> None:
    wait_until(it_runs)
    context.cancel.cancel()


def test_what_the_node_has_started_is_killed_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"

    def start(_context: Any) -> None:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10**6)"])
        told.write_text(str(child.pid))
        time.sleep(10**6)

    context = surroundings(start)
    cancelling = threading.Thread(target=lambda: _cancel_when(lambda: told.exists() and told.read_text(), context))
    cancelling.start()
    with pytest.raises(Cancelled):
        apart(start, context=context)
    cancelling.join(60)
    wait_until(lambda: not _lives(int(told.read_text())))


@pytest.mark.parametrize(("body", "seconds"), [(sleep, 600.0), (hang_in_c, 2.0)])
def test_it_ends_when_its_worker_dies(tmp_path: Path, body: Callable[[Any], Any], seconds: float) -> None:
    """At once, or at its deadline when a C function lets nothing else run in it; it must have begun before."""
    told = tmp_path / "pid"

    def note(context: Any) -> None:
        told.write_text(str(os.getpid()))
        body(context)

    worker = os.fork()
    if worker == 0:
        try:
            apart(note, seconds=seconds)
        finally:
            os._exit(0)
    wait_until(lambda: told.exists() and told.read_text())
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    try:
        wait_until(lambda: not _lives(int(told.read_text())))
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(told.read_text()), signal.SIGKILL)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_nothing_is_left_open() -> None:
    """Counted in a fork, in which no other thread of the tests opens or closes anything meanwhile."""
    reading, writing = os.pipe()
    counting = os.fork()
    if counting == 0:
        try:
            gc.disable()  # what others have left lying about is none of it
            counts = []
            for _time in range(6):
                apart(lambda _context: Done({"out": []}))
                counts.append(psutil.Process().num_fds())
            os.write(writing, json.dumps(counts).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as told:
        before, *after = json.loads(told.read())
    os.waitpid(counting, 0)
    assert after == [before] * 5
