"""`dev.py bench`: a place to measure in. What is measured stands in the package `bench`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from bench.options import Options, parse
from devtools import console, records, serving
from devtools.environment import Plan, as_named, sandbox
from devtools.installation import Installation, free_port, installation
from devtools.supervisor import Process, Supervisor

PEERS = {"celery-canvas": ("bench.peers.canvas", "canvas"), "celery-rows": ("bench.peers.rows", "rows")}
"""The workers of the others: application and queue."""


def bench(arguments: Sequence[str]) -> int:
    """Measure in the installation that runs here, or in one of its own under `var/bench`."""
    options = parse(arguments)
    home = installation()
    web = next((record for record in records.read_all(home.records) if record.name == "web" and record.runs), None)
    if web is not None:
        console.say("Naryad runs here already: the bench is its guest")
        with Supervisor(home) as supervisor:
            return _measure(supervisor, as_named(home), str(web.address), arguments, options)
    home = Installation(home.var / "bench")
    plan = replace(sandbox(home), port=free_port(), sandbox_port=free_port())
    with Supervisor(home) as supervisor:
        console.say(f"starting an installation in {home.var}")
        plan = serving.bring_up(supervisor, plan)
        return _measure(supervisor, plan, plan.url, arguments, options)


def _measure(supervisor: Supervisor, plan: Plan, url: str, arguments: Sequence[str], options: Options) -> int:
    if options.against_celery:
        supervisor.start(*(_peer(name, plan) for name in PEERS))
    if supervisor.stopping.is_set():
        return 130
    environment = {**plan.variables, "NARYAD_PROCESS": "bench", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bench", *arguments, "--url", url]
    return supervisor.foreground(command, environment, log="bench")


def _peer(name: str, plan: Plan) -> Process:
    application, queue = PEERS[name]
    command = [sys.executable, "-m", "celery", "--quiet", "-A", application, "worker", "-n", f"{name}@%h"]
    command += ["-P", "prefork", "-c", "2", "-Q", queue, "-l", "WARNING", "--without-gossip", "--without-mingle"]
    return Process(name=name, command=command, environment=plan.variables)
