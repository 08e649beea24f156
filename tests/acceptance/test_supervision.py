"""The supervisor under fire: what dies is started again, and whatever ends, nothing is left."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.naryad import Naryad, run_alone, run_dev, status, until

pytestmark = pytest.mark.slow

PROCESSES = {"postgres", "valkey", "web", "worker", "worker-cpu", "worker-notify", "ticker", "beat", "sandbox"}


def test_status_tells_what_runs_where_and_how_much_memory_it_takes(naryad: Naryad) -> None:
    rows = until(lambda: _all_well(naryad), seconds=60, what="everything answers as quickly as it is asked to")
    assert rows.keys() == PROCESSES
    assert rows["web"]["address"] == naryad.url
    for row in rows.values():
        assert row.keys() == {"name", "pid", "address", "healthy", "rssMb"}
        assert psutil.pid_exists(row["pid"])
        assert 1 < row["rssMb"] < 500


def _all_well(naryad: Naryad) -> dict[str, dict[str, Any]]:
    rows = naryad.status()
    return rows if all(row["healthy"] for row in rows.values()) else {}


def test_every_process_writes_its_own_log(naryad: Naryad) -> None:
    logs = naryad.var / "log"
    assert {path.stem for path in logs.glob("*.log")} >= PROCESSES
    assert '"process": "worker"' in (logs / "worker.log").read_text()
    assert "ready to accept connections" in (logs / "postgres.log").read_text()
    naryad.answers("/api/v1/me")
    web = logs / "web.log"
    until(lambda: "/api/v1/me" in web.read_text(), seconds=60, what="the request stands in web.log")


def test_everything_listens_on_loopback_only(naryad: Naryad) -> None:
    """S40: the front door and the two that are played beside it, no more, and nobody comes from another machine."""
    listening = set()
    for process in naryad.processes():
        with suppress(psutil.NoSuchProcess):  # servers have processes that come and go
            sockets = process.net_connections("inet")
            listening |= {(one.laddr.ip, one.laddr.port) for one in sockets if one.status == psutil.CONN_LISTEN}
    documented = ("PORT", "WB_SANDBOX_PORT", "TELEGRAM_EMULATOR_PORT")
    assert listening == {("127.0.0.1", int(naryad.environment[name])) for name in documented}


def test_what_is_written_is_for_this_account_alone(naryad: Naryad) -> None:
    """S40: whatever a process of ours makes, nobody else of the machine reads it."""
    masks = set()
    for process in naryad.processes():
        with suppress(FileNotFoundError, ProcessLookupError):  # servers have processes that come and go
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            masks |= {line.split()[1] for line in lines if line.startswith("Umask:")}
    assert masks == {"0077"}


def test_secrets_are_for_this_account_alone(naryad: Naryad) -> None:
    secret = [naryad.var / "demo-credentials.json", *(naryad.var / "secrets").iterdir()]
    assert len(secret) == 5
    for path in secret:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert naryad.credentials().keys() == {"admin", "editor", "operator", "viewer", "executor"}
    assert all(len(person["password"]) >= 16 for person in naryad.credentials().values())


def test_a_second_start_in_the_same_folder_is_refused(naryad: Naryad) -> None:
    done = run_dev("up", var=naryad.var, PORT=str(naryad.port))
    assert done.returncode == 1
    assert (
        f"Naryad runs from this folder already, or is being started, by dev.py up (pid {naryad.supervisor.pid})"
        in done.stderr
    )
    done = run_dev("run", "ticker", var=naryad.var, PORT=str(naryad.port))
    assert done.returncode == 1
    assert "ticker is already running" in done.stderr


def test_what_is_killed_is_started_again_and_a_killed_supervisor_leaves_nothing(
    start_naryad: Callable[..., Naryad],
) -> None:
    naryad = start_naryad()
    for name in ("web", "worker-cpu", "valkey", "postgres"):
        old = naryad.kill(name)
        until(lambda name=name, old=old: _is_new(naryad, name, old), seconds=180, what=f"{name} runs again")  # type: ignore[misc]
    until(naryad.is_ready, seconds=180, what="everything serves again")
    os.kill(naryad.supervisor.pid, signal.SIGKILL)
    naryad.supervisor.wait()
    until(lambda: not naryad.processes(), seconds=120, what="everything is stopped")
    assert naryad.answers("/healthz") == 0


def _is_new(naryad: Naryad, name: str, old: int) -> bool:
    row = naryad.status().get(name)
    return bool(row and row["healthy"] and row["pid"] != old)


def test_ctrl_c_stops_a_process_that_runs_alone(tmp_path: Path) -> None:
    with run_alone("postgres", tmp_path / "var") as postgres:
        postgres.send_signal(signal.SIGINT)
        assert postgres.wait(90) == 0
    assert "database system is shut down" in (tmp_path / "var" / "log" / "postgres.log").read_text()
    assert status(tmp_path / "var") == {}


def test_stop_from_another_terminal_stops_everything(tmp_path: Path) -> None:
    with run_alone("postgres", tmp_path / "var") as postgres, run_alone("valkey", tmp_path / "var") as valkey:
        done = run_dev("stop", var=tmp_path / "var")
        assert done.returncode == 0, done.stderr
        assert (postgres.wait(90), valkey.wait(90)) == (0, 0)
    assert status(tmp_path / "var") == {}


def test_a_process_that_cannot_start_is_not_tried_for_ever(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # it does not listen, so nobody takes it for the sandbox
        done = run_dev("run", "sandbox", var=tmp_path / "var", WB_SANDBOX_PORT=str(holder.getsockname()[1]))
    assert done.returncode == 1
    assert "sandbox does not stay up" in done.stderr
