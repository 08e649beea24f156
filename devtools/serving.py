"""Bringing an installation up: servers, tables, people, and every process that does the work."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from devtools import console, embedded, records
from devtools.claims import Holder, unsign
from devtools.environment import Plan, answers, database_address, valkey_address
from devtools.installation import Installation, Refused, free_port, port_is_free
from devtools.processes import SERVERS, WORKERS, process, says_ok
from devtools.stopping import stop_in_tiers
from devtools.supervisor import Supervisor

READY_SECONDS = 90.0
STARTED_SECONDS = 300.0
"""All that `bring_up` may wait for, one after another, and the making of data besides."""
WHOLE = "naryad"
"""The claim of a command that brings everything up, from its first deed to its last."""
SERVERS_TURN = "servers"
"""The claim of a command while it makes or starts embedded servers."""


def bring_up(supervisor: Supervisor, plan: Plan) -> Plan:
    """Start everything of `plan` and wait until it serves. Raises Refused with the reason when it does not.

    One command at a time does this in a folder, until its end.

    Returns the plan as it was carried out: what plays outside systems moves when its port is taken.
    """
    for warning in plan.warnings:
        console.say(f"warning: {warning}")
    _claim_the_whole(supervisor, plan)
    if not port_is_free(plan.port):
        raise Refused(f"port {plan.port} is taken: set PORT to another one")
    if plan.sandbox_port is not None and not port_is_free(plan.sandbox_port):
        plan = replace(plan, sandbox_port=free_port())
    if plan.emulator_port is not None and not port_is_free(plan.emulator_port):
        plan = replace(plan, emulator_port=free_port())
    require_named_servers(plan)
    start_servers(supervisor, embedded_servers(plan))
    prepare_data(supervisor, plan)
    names = list(process_names(plan))
    supervisor.start(*(process(name, plan) for name in names), timeout_seconds=READY_SECONDS)
    wait_until_it_serves(supervisor, plan)
    if plan.webhook and not supervisor.stopping.is_set():
        tell_telegram(supervisor, plan)
    return plan


def _claim_the_whole(supervisor: Supervisor, plan: Plan) -> None:
    """Raises Refused when another command brings this folder up, or runs one of the processes alone."""
    home = supervisor.installation
    if not supervisor.hold(WHOLE):
        holder = home.holder(WHOLE) or "another command"
        raise Refused(f"Naryad runs from this folder already, or is being started, by {holder}: python3 dev.py stop")
    names = {*process_names(plan)}
    for record in records.read_all(home.records):
        if record.name in names and record.runs:
            raise Refused(f"{record.name} runs from this folder already as pid {record.pid}: python3 dev.py stop")


def who_starts(installation: Installation) -> list[Holder]:
    """The commands that bring this folder up, or start its servers, whether something of theirs runs already or not."""
    found = (installation.holder(name) for name in (WHOLE, SERVERS_TURN))
    return [holder for holder in found if holder is not None]


def running_here(installation: Installation) -> dict[str, records.Record]:
    """What runs here, by name. While `dev.py up` starts, the answer waits until it serves.

    Raises Refused when that takes too long, and for a command that will not leave here what it has started.
    """
    deadline = time.monotonic() + STARTED_SECONDS
    told = False
    while True:
        running = {record.name: record for record in records.read_all(installation.records) if record.runs}
        starter = installation.holder(WHOLE)
        if starter is None or ("web" in running and says_ok(f"{running['web'].address}/readyz")):
            return running
        if starter.command != "up":
            raise Refused(f"{starter} goes on in this folder: try again when it has ended")
        if not told:
            console.say(f"waiting: {starter} is starting Naryad here")
            told = True
        if time.monotonic() > deadline:
            raise Refused(f"{starter} does not serve: look into its terminal and into {installation.logs}")
        time.sleep(0.2)


def process_names(plan: Plan) -> Iterator[str]:
    if plan.sandbox_port is not None or plan.emulator_port is not None:
        yield "sandbox"
    yield from ("web", *WORKERS, "ticker", "beat")
    if plan.bot:
        yield "bot"


def embedded_servers(plan: Plan) -> list[str]:
    """The servers of `plan` that we run ourselves."""
    return [name for name, ours in zip(SERVERS, (plan.embedded_postgres, plan.embedded_valkey), strict=True) if ours]


def start_servers(supervisor: Supervisor, names: Collection[str], *, throw_away: bool = False) -> None:
    """Make and start those of the embedded servers that do not run here yet, use the others, and make the database.

    Commands that want the same at the same moment do it in turn. A server lives as long as one of them uses it.
    """
    if not names:
        return
    installation = supervisor.installation
    with _turn(supervisor) as locks:
        if supervisor.stopping.is_set():
            return
        clear_orphans(installation)
        servers = {"postgres": embedded.postgres, "valkey": embedded.valkey}
        for name in names:
            server = partial(servers[name], installation, locks=locks)
            supervisor.share(name, lambda owned, server=server: server(throw_away=throw_away and owned))  # type: ignore[misc]
        supervisor.wait_until_ready(names)
        if "postgres" in names and not supervisor.stopping.is_set():
            embedded.ensure_database(installation)


@contextmanager
def _turn(supervisor: Supervisor) -> Iterator[list[int]]:
    """Ours alone until the end; the descriptors that keep it so. The body is also entered when we are to stop."""
    home = supervisor.installation
    turn = supervisor.wait_for(
        lambda: home.try_claim(SERVERS_TURN),
        lambda: f"waiting: {home.holder(SERVERS_TURN) or 'another command'} starts the servers of this folder",
    )
    if turn is None:
        yield []
        return
    with turn:
        try:
            yield [turn.fileno()]
        finally:
            unsign(turn)


def require_named_servers(plan: Plan) -> None:
    """Raises Refused, with the cure, when a server that the environment names does not answer."""
    named = []
    if not plan.embedded_postgres:
        named.append(("PostgreSQL", "DATABASE_URL", database_address(plan.variables["DATABASE_URL"])))
    if not plan.embedded_valkey:
        named.append(("Valkey", "REDIS_HOST or REDIS_URL", valkey_address(plan.variables)))
    for server, variable, (host, port) in named:
        if not answers(host, port):
            raise Refused(
                f"{variable} names a {server} at {host}:{port}, and nothing answers there: start it, "
                "or remove the line to use the embedded one (development)"
            )


def prepare_data(supervisor: Supervisor, plan: Plan) -> None:
    """Migrate, and in development make the demo people, with a desk where Telegram is played. Before all processes."""
    manage = [sys.executable, "manage.py"]
    environment = {**plan.variables, "NARYAD_PROCESS": "migrate"}
    console.say("the servers run; making tables and people (the first time takes a while)")
    supervisor.run("migrate", [*manage, "migrate", "--no-input"], environment)
    if not plan.production and not supervisor.stopping.is_set():
        target = str(supervisor.installation.credentials)
        people = "demo_users" if plan.emulator_port is None else "demo_desk"
        supervisor.run("demo-users", [*manage, people, "--file", target], environment)
    if not supervisor.stopping.is_set():
        console.say("tables and people ready")


def wait_until_it_serves(supervisor: Supervisor, plan: Plan) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not supervisor.stopping.is_set() and not says_ok(f"{plan.url}/readyz"):
        if time.monotonic() > deadline:
            raise Refused(f"{plan.url}/readyz does not say ok after {READY_SECONDS:.0f} s: look there and in var/log")
        supervisor.stopping.wait(0.1)


def tell_telegram(supervisor: Supervisor, plan: Plan) -> None:
    """Say where to bring what people write. An installation serves all the same when Telegram does not listen."""
    try:
        supervisor.run("telegram-webhook", [sys.executable, "manage.py", "telegram_webhook"], plan.variables)
    except Refused as reason:
        console.say(f"warning: {reason}")


def clear_orphans(installation: Installation) -> None:
    """Make sure that nothing is left of a supervisor that was killed: its guardian stops it, else we do."""
    orphans = _orphans(installation)
    deadline = time.monotonic() + max((record.grace_seconds for record in orphans), default=0)
    while any(record.runs for record in orphans) and time.monotonic() < deadline:
        time.sleep(0.1)
        orphans = _orphans(installation)  # one that uses a server keeps it now
    by_pid = {record.pid: record for record in orphans if record.runs}
    stop_in_tiers([record.target for record in by_pid.values()], lambda pid: by_pid[pid].runs)
    for record in orphans:
        records.erase(installation.records, record.name, supervisor=record.supervisor)


def _orphans(installation: Installation) -> list[records.Record]:
    return [record for record in records.read_all(installation.records) if not record.is_supervised]


def require_servers(installation: Installation, plan: Plan) -> None:
    """For one process alone: the servers answer, or Refused with the words how to start them."""
    require_named_servers(plan)
    running = {record.name for record in records.read_all(installation.records) if record.runs}
    for name in embedded_servers(plan):
        if name not in running:
            raise Refused(f"the embedded {name} does not run: python3 dev.py run {name}")
