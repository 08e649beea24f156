"""`dev.py bench`: a place to measure in. What is measured stands in the package `bench`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.options import BORDER_PORTS, Options, parse
from devtools import console, serving
from devtools.environment import Plan, as_named, emulator_variables, sandbox
from devtools.installation import Installation, free_ports, installation
from devtools.supervisor import Process, Supervisor

ALONE = {"data": "bench.data", "expressions": "bench.formulas", "import": "bench.exports"}
"""What is measured in a process of its own, by the program that does it."""
PEERS = {"celery-canvas": ("bench.peers.canvas", "canvas"), "celery-rows": ("bench.peers.rows", "rows")}
"""The workers of the others: application and queue."""


def bench(arguments: Sequence[str]) -> int:
    """Measure in the installation that runs here, or in one of its own under `var/bench`."""
    options = parse(arguments)
    home = installation()
    if options.work in ALONE:
        return _measure_alone(home, options)
    if options.work == "border":
        return _measure_border(home, arguments, options)
    if options.work == "presses":
        return _measure_in_own(home, arguments, options, {}, telegram=True)
    web = serving.running_here(home).get("web")
    if web is not None:
        console.say("Naryad runs here already: the bench is its guest")
        with Supervisor(home) as supervisor:
            return _measure(supervisor, as_named(home), str(web.address), arguments, options)
    return _measure_in_own(home, arguments, options, {})


def _measure_border(home: Installation, arguments: Sequence[str], options: Options) -> int:
    """Targets are played here, so only an installation that may call them can be measured: one of its own."""
    ports = [str(port) for port in free_ports(BORDER_PORTS)]
    allowed = {"OUTBOUND_ALLOW": ",".join(f"127.0.0.1:{port}" for port in ports)}
    return _measure_in_own(home, [*arguments, "--ports", *ports], options, allowed)


def _measure_in_own(
    home: Installation,
    arguments: Sequence[str],
    options: Options,
    variables: Mapping[str, str],
    *,
    telegram: bool = False,
) -> int:
    """With `telegram` the installation has one that is played, never the one that somebody's bot listens to."""
    home = Installation(home.var / "bench")
    port, sandbox_port, emulator_port = free_ports(3)
    plan = replace(sandbox(home), port=port, sandbox_port=sandbox_port)
    plan = replace(plan, variables={**plan.variables, **variables}, emulator_port=emulator_port if telegram else None)
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
    if plan.emulator_port is not None:
        environment.update(emulator_variables(plan))
    command = [sys.executable, "-m", "bench", *arguments, "--url", url]
    return supervisor.foreground(command, environment, log="bench")


def _measure_alone(home: Installation, options: Options) -> int:
    """Nodes for data and expressions are pure: nothing needs to run beside them."""
    environment = {**sandbox(home).variables, "NARYAD_PROCESS": "bench", "PYTHONUNBUFFERED": "1"}
    with Supervisor(home) as supervisor:
        return supervisor.foreground([sys.executable, "-m", ALONE[options.work], str(options.rounds)], environment)


def _peer(name: str, plan: Plan) -> Process:
    application, queue = PEERS[name]
    command = [sys.executable, "-m", "celery", "--quiet", "-A", application, "worker", "-n", f"{name}@%h"]
    command += ["-P", "prefork", "-c", "2", "-Q", queue, "-l", "WARNING", "--without-gossip", "--without-mingle"]
    return Process(name=name, command=command, environment=plan.variables)
