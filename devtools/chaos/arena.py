"""The installation of a storm: its own folder, port, database and broker, and a ledger that its workflows call."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from devtools import embedded, records, serving
from devtools.chaos.client import Client
from devtools.environment import Plan, answers, sandbox
from devtools.installation import Installation, free_ports, installation
from devtools.processes import process, says_ok
from devtools.supervisor import Process, Supervisor

SHORT_LEASES = {"LEASE_SECONDS": "4", "HEARTBEAT_SECONDS": "1", "SWEEP_SECONDS": "0.5"}
REAL_LEASES = {"LEASE_SECONDS": "30", "HEARTBEAT_SECONDS": "5", "SWEEP_SECONDS": "5"}
LONGEST_PAUSE_SECONDS = 1.0
"""In a storm nobody waits for a process to come to its senses: what was killed is started again at once."""
NAMES = ("web", "worker", "worker-2", "worker-cpu", "worker-notify", "ticker", "ticker-2", "beat")
LEDGER_FILE = "ledger.ndjson"


UNTHROTTLED = {"API_PER_MINUTE": "1000000", "API_PER_MINUTE_ADDRESS": "1000000"}
"""All of the load comes from one person at one address."""


class Arena:
    """Use inside a `with` of its supervisor."""

    def __init__(self, *, real_leases: bool) -> None:
        self.home = Installation(installation().var / "chaos")
        self.leases = REAL_LEASES if real_leases else SHORT_LEASES
        self.ledger_port, web_port = free_ports(2)
        self.ledger_file = self.home.var / LEDGER_FILE
        plan = sandbox(self.home)
        own = {"OUTBOUND_ALLOW": f"127.0.0.1:{self.ledger_port}", **UNTHROTTLED}
        variables = {**plan.variables, **self.leases, **own}
        self.plan: Plan = replace(plan, variables=variables, port=web_port, sandbox_port=None)
        self.servers: dict[str, Process] = {}
        self._claim: IO[bytes] | None = None

    @property
    def ledger_url(self) -> str:
        return f"http://127.0.0.1:{self.ledger_port}"

    @property
    def database_url(self) -> str:
        return self.plan.variables["DATABASE_URL"]

    @property
    def lease_seconds(self) -> float:
        return float(self.leases["LEASE_SECONDS"])

    @property
    def sweep_seconds(self) -> float:
        return float(self.leases["SWEEP_SECONDS"])

    def sweep_clean(self) -> None:
        """Every storm begins on an empty database. Raises Refused when another storm goes on here."""
        self.home.prepare()
        claim = self.home.claim("chaos")
        serving.clear_orphans(self.home)
        for path in self.home.var.iterdir():
            if path != self.home.records:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.home.prepare()
        self._claim = claim

    def bring_up(self, supervisor: Supervisor) -> None:
        """Start everything and wait until it serves."""
        servers = (embedded.postgres(self.home), embedded.valkey(self.home, throw_away=True))
        self.servers = {server.name: _stubborn(server) for server in servers}
        supervisor.start(self._ledger(), *self.servers.values())
        embedded.ensure_database(self.home)
        serving.prepare_data(supervisor, self.plan)
        supervisor.start(*self._processes(), timeout_seconds=serving.READY_SECONDS)
        serving.wait_until_it_serves(supervisor, self.plan)

    def _processes(self) -> Iterator[Process]:
        for name in NAMES:
            kind, _dash, _twin = name.partition("-2")
            found = process(kind, self.plan)
            command = [word.replace(f"{kind}@", f"{name}@") for word in found.command]
            yield _stubborn(replace(found, name=name, command=command))

    def _ledger(self) -> Process:
        words = ["-m", "devtools", "ledger", "--port", str(self.ledger_port), "--file", str(self.ledger_file)]
        return Process(
            name="ledger",
            command=[sys.executable, *words],
            environment=self.plan.variables,
            address=self.ledger_url,
            ready=lambda: answers("127.0.0.1", self.ledger_port),
            tier=0,
        )

    def client(self) -> Client:
        """The editor of this installation."""
        editor = json.loads(self.home.credentials.read_text())["editor"]
        return Client(self.plan.url, editor["username"], editor["password"])

    def record(self, name: str) -> records.Record | None:
        """The process `name` as it runs now; None while it waits to be started again."""
        for record in records.read_all(self.home.records):
            if record.name == name and record.runs:
                return record
        return None

    def wait_until_whole(self, *, seconds: float) -> None:
        """Every process runs and the web process says that all is well. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not (all(self.record(name) for name in NAMES) and says_ok(f"{self.plan.url}/readyz")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not whole again after {seconds:.0f} s")
            time.sleep(0.2)

    def flush_broker(self) -> None:
        """Every message is lost. Raises OSError when the broker does not answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.home.valkey_socket))
            connection.sendall(b"FLUSHALL\r\n")
            if not connection.recv(16).startswith(b"+OK"):
                raise OSError("the broker did not forget")


def _stubborn(process: Process) -> Process:
    return replace(process, longest_pause_seconds=LONGEST_PAUSE_SECONDS)
