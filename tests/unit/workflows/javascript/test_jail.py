"""The process that runs programs, looked at from outside: what it has, what it may do, and how it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from workflows import javascript
from workflows.javascript import Busy, LimitReached, Surroundings, calls
from workflows.javascript.pool import Pool, pool
from workflows.javascript.process import Process

CHECK = {"do": "check", "sources": ["1"], "as": "expression", "seconds": 1.0, "memory": 10**8, "output": 10**6}


@pytest.fixture
def process() -> Iterator[Process]:
    started = Process()
    started.ask(CHECK, "", wall=10)
    yield started
    started.close()


def test_the_process_has_nothing_but_its_two_pipes(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    status = Path(f"/proc/{process.pid}/status").read_text()
    limits = Path(f"/proc/{process.pid}/limits").read_text()

    assert "NoNewPrivs:\t1" in status
    for name in ("open files", "processes", "file size", "core file size"):
        line = next(line for line in limits.splitlines() if line.startswith(f"Max {name}"))
        assert line.split()[-3:-1] == ["0", "0"] or line.split()[-2:] == ["0", "0"], line
    space = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert "unlimited" not in space
    if os.geteuid() == 0:  # only root may look into a process that cannot be dumped
        assert sorted(os.listdir(f"/proc/{process.pid}/fd")) == ["0", "1"]
        assert Path(f"/proc/{process.pid}/environ").read_bytes() == b""
        assert os.readlink(f"/proc/{process.pid}/cwd") == "/"
        assert "Uid:\t65534\t65534\t65534\t65534" in status


def test_the_process_does_not_see_the_environment_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "hidden")
    process = Process()
    try:
        process.ask(CHECK, "", wall=10)
        command = Path(f"/proc/{process.pid}/cmdline").read_text()
        assert "hidden" not in command
        if os.geteuid() == 0:
            assert b"hidden" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    finally:
        process.close()


def test_the_process_ends_when_its_parent_is_gone() -> None:
    process = Process()
    process.ask(CHECK, "", wall=10)
    seen = psutil.Process(process.pid)

    process._process.stdin.close()  # type: ignore[union-attr] # what the kernel does when a parent dies

    assert process._process.wait(10) == 0
    assert not seen.is_running()
    process.close()


def test_a_process_that_does_not_answer_is_ended_by_the_clock_of_its_parent() -> None:
    pool = Pool(size=1)
    with pool.lent() as process:
        os.kill(process.pid, signal.SIGSTOP)  # nothing of its own can end it
        with pytest.raises(LimitReached) as failure:
            process.ask(CHECK, "", wall=0.2)

    assert failure.value.limit == "time"
    assert not psutil.pid_exists(process.pid)
    with pool.lent() as another:
        assert another.ask(CHECK, "", wall=10) == "[null]"
    pool.close()


def test_a_process_is_lent_to_one_at_a_time_and_kept_for_the_next() -> None:
    pool = Pool(size=1)
    with pool.lent() as first:
        with pytest.raises(Busy), pool.lent(patience=0.01):
            pass
        pid = first.pid
    with pool.lent() as second:
        assert second.pid == pid
    pool.close()
    assert not psutil.pid_exists(pid)


def test_a_process_that_was_ended_after_its_answer_is_lent_to_nobody() -> None:
    pool = Pool(size=1)
    with pool.lent() as process:
        process.ask(CHECK, "", wall=10)
        process.kill()

    assert pool.pids() == []
    pool.close()


def test_an_idle_process_goes_away_by_itself() -> None:
    pool = Pool(size=1, idle_seconds=0.01)
    with pool.lent() as process:
        process.ask(CHECK, "", wall=10)

    process._process.wait(10)

    assert pool.pids() == []
    pool.close()


def test_many_threads_share_few_processes() -> None:
    answers: list[int] = []
    calls.render(["1"], Surroundings(items=[{}], now=0), count=1)  # one is there: nobody has to wait for its start

    def work(number: int) -> None:
        surroundings = Surroundings(items=[{"n": number}], now=0)
        answers.append(calls.render(["$json.n * 2"], surroundings, count=1)[0][0])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [number * 2 for number in range(12)]


def test_a_forked_process_has_processes_of_its_own() -> None:
    calls.render(["1"], Surroundings(items=[{}], now=0), count=1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        value = calls.render(["$json.n + 1"], Surroundings(items=[{"n": 1}], now=0), count=1)[0][0]
        os.write(writing, str(value).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 10) == b"2"
    os.close(reading)
    os.close(writing)


def test_long_programs_leave_the_processes_of_expressions_alone() -> None:
    """S3-15: two programs that compute for a minute do not hold up the expressions of all other steps."""
    with pool("code").lent(), pool("code").lent():
        with pytest.raises(Busy), pool("code").lent(patience=0.01):
            pass
        with pool("expressions").lent() as process:
            assert process.ask(CHECK, "", wall=10) == "[null]"


def test_many_sources_are_read_together_and_each_only_once() -> None:
    sources = [f"$json.a + {number} + 'test_many_sources'" for number in range(1200)]
    broken = "1 +"
    assert javascript.syntax_faults([*sources, broken])[:-1] == [None] * len(sources)
    with pool("expressions").lent(), pool("expressions").lent():  # nobody is there to be asked
        assert javascript.syntax_faults(sources) == [None] * len(sources)
        assert "SyntaxError" in str(javascript.syntax_faults([broken])[0])
