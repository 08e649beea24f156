"""What is running here, whether it is well, and how much memory it takes."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TypedDict

import psutil

from devtools import records
from devtools.embedded import valkey_serves
from devtools.environment import answers, database_address
from devtools.installation import Installation
from devtools.processes import WORKERS, says_ok


class Status(TypedDict):
    """One line of the report; `pid` is null while a process waits to be started again."""

    name: str
    pid: int | None
    address: str | None
    healthy: bool
    rssMb: float


def report(installation: Installation) -> list[Status]:
    """All processes that run from this folder, in the order in which they were started."""
    found = [record for record in records.read_all(installation.records) if record.runs or record.is_supervised]
    served = _served_queues(found)
    return [
        Status(
            name=record.name,
            pid=record.pid if record.runs else None,
            address=record.address,
            healthy=record.runs and _is_well(record, served),
            rssMb=round(_memory(record.pid) / 1_000_000, 1) if record.runs else 0.0,
        )
        for record in found
    ]


def _is_well(record: records.Record, served: frozenset[str] | None) -> bool:
    """A server must answer; a worker must be seen serving its queues, as far as there is a web process to ask."""
    address = record.address or ""
    if record.name == "postgres":
        return answers(*database_address(address))
    if record.name == "valkey":
        return valkey_serves(Path(address.removeprefix("unix://")))
    if record.name == "web":
        return says_ok(f"{address}/healthz")
    if record.name in WORKERS and served is not None:
        return served.issuperset(address.removeprefix("queue:").split(","))
    return True


def _served_queues(found: list[records.Record]) -> frozenset[str] | None:
    """The queues that live workers serve, as the web process tells in `/readyz`; None when it does not tell."""
    web = next((record for record in found if record.name == "web" and record.runs), None)
    if web is None:
        return None
    try:
        return frozenset(json.loads(_said(f"{web.address}/readyz"))["queues"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):  # also one that dies in the middle of its answer
        return None


def _said(url: str) -> bytes:
    """What is answered to a GET, whatever the status. Raises OSError and HTTPException."""
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(url, timeout=5) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as unready:
        with unready:
            return unready.read()


def _memory(pid: int) -> float:
    """Bytes of `pid` and everything it started, shared pages counted by share (PSS) where the system tells."""
    try:
        leader = psutil.Process(pid)
        return sum(_own_memory(process) for process in (leader, *leader.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0.0


def _own_memory(process: psutil.Process) -> float:
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        if found:
            return int(found.group(1)) * 1024
    except OSError:
        pass
    try:
        return float(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0.0


def table(rows: list[Status]) -> str:
    """The report for people."""
    if not rows:
        return "nothing runs here"
    lines = [f"{'process':14} {'pid':>8} {'MB':>7}  {'state':8} address"]
    for row in rows:
        state = "well" if row["healthy"] else "not well"
        lines.append(f"{row['name']:14} {row['pid'] or '-':>8} {row['rssMb']:7.1f}  {state:8} {row['address'] or ''}")
    return "\n".join(lines)
