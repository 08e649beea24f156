"""What the words after `dev.py` do. Each command returns the exit status."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

from devtools import console, records, serving
from devtools.checking import check as run_checks
from devtools.environment import Plan, as_named, sandbox
from devtools.installation import Installation, Refused, installation
from devtools.processes import RUNNABLE, SERVERS, WORKERS, process
from devtools.status import report, table
from devtools.supervisor import Supervisor

STOP_SECONDS = 90.0


def up(arguments: Sequence[str]) -> int:
    """Everything in the foreground until SIGINT or SIGTERM."""
    _refuse_arguments("up", arguments)
    home = installation()
    plan = as_named(home)
    with Supervisor(home) as supervisor:
        console.say("starting (Ctrl-C stops)")
        with console.Echo(home.logs, serving.process_names(plan)):
            plan = serving.bring_up(supervisor, plan)
            if not supervisor.stopping.is_set():
                for line in _welcome(home, plan):
                    console.say(line)
            supervisor.stopping.wait()
            console.say("stopping (once more Ctrl-C: at once)")
            supervisor.stop()
    console.say("stopped")
    return 0


def _welcome(home: Installation, plan: Plan) -> list[str]:
    lines = [
        f"ready: {plan.url}",
        f"  admin    {plan.url}/admin/",
        f"  API      {plan.url}/api/v1  (described at {plan.url}/api/v1/docs)",
    ]
    if not plan.production and home.credentials.exists():
        lines.append(f"  people   {home.credentials} (this installation only)")
        for role, person in json.loads(home.credentials.read_text()).items():
            lines.append(f"           {role:9} {person['username']} / {person['password']}")
    if plan.sandbox_port is not None:
        lines.append(f"  no WB_API_KEY: Wildberries is played by the sandbox at http://127.0.0.1:{plan.sandbox_port}")
    return lines


def run(arguments: Sequence[str]) -> int:
    """One process in the foreground; `worker` means the three workers."""
    if len(arguments) != 1 or arguments[0] not in RUNNABLE:
        raise Refused(f"run takes one of: {' '.join(RUNNABLE)}")
    (name,) = arguments
    home = installation()
    plan = as_named(home)
    if name == "bot" and not plan.bot:
        raise Refused("the bot needs TELEGRAM_BOT_TOKEN")
    if name == "wb-sandbox" and plan.sandbox_port is None:
        raise Refused("the sandbox is off: the environment names WB_API_KEY or another Wildberries address")
    members = WORKERS if name == "worker" else (name,)
    _refuse_second(home, members)
    with Supervisor(home) as supervisor, console.Echo(home.logs, members):
        if name in SERVERS:
            serving.start_servers(supervisor, _require_embedded(name, plan))
        else:
            if name != "wb-sandbox":
                serving.require_servers(home, plan)
            supervisor.start(*(process(member, plan) for member in members))
        if not supervisor.stopping.is_set():
            console.say(f"{', '.join(members)} ready")
        supervisor.stopping.wait()
        supervisor.stop()
    return 0


def _refuse_second(home: Installation, members: Sequence[str]) -> None:
    for record in records.read_all(home.records):
        if record.name in members and record.runs:
            raise Refused(f"{record.name} is already running as pid {record.pid}: python3 dev.py stop")


def _require_embedded(name: str, plan: Plan) -> list[str]:
    """`[name]`; raises Refused when the environment names that server elsewhere."""
    if name not in serving.embedded_servers(plan):
        variable = {"postgres": "DATABASE_URL", "valkey": "REDIS_HOST or REDIS_URL"}[name]
        raise Refused(f"{variable} names a server of your own, so the embedded {name} is not used")
    return [name]


def test(arguments: Sequence[str]) -> int:
    """pytest on PostgreSQL and Valkey of its own, whatever the environment names."""
    return _on_throw_away_servers(
        lambda supervisor, plan: supervisor.foreground([sys.executable, "-m", "pytest", *arguments], plan.variables)
    )


def check(arguments: Sequence[str]) -> int:
    """Everything that can be wrong without running the product."""
    _refuse_arguments("check", arguments)
    return _on_throw_away_servers(lambda supervisor, plan: run_checks(supervisor, plan.variables))


def _on_throw_away_servers(work: Callable[[Supervisor, Plan], int]) -> int:
    home = Installation(installation().var / "test")
    plan = sandbox(home)
    with Supervisor(home) as supervisor:
        claim = home.claim("test")
        serving.start_servers(supervisor, SERVERS, throw_away=True)
        if supervisor.stopping.is_set():
            return 130
        status = work(supervisor, plan)
        claim.close()
    return status


def status(arguments: Sequence[str]) -> int:
    """What runs here, for people or (`--json`) for programs."""
    if set(arguments) - {"--json"}:
        raise Refused("status takes --json or nothing")
    rows = report(installation())
    print(json.dumps(rows, indent=2) if arguments else table(rows))
    return 0


def stop(arguments: Sequence[str]) -> int:
    """Ask the supervisors of this folder to stop and wait until nothing runs; those of servers alone come last."""
    _refuse_arguments("stop", arguments)
    home = installation()
    found = list(records.read_all(home.records))
    users = {record.supervisor for record in found if record.tier > 0}
    for last in (False, True):
        _stop_supervisors([record for record in found if (record.supervisor not in users) == last])
    serving.clear_orphans(home)
    console.say("stopped" if found else "nothing was running")
    return 0


def _stop_supervisors(found: Sequence[records.Record]) -> None:
    for pid in {record.supervisor for record in found if record.is_supervised}:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(record.runs or record.is_supervised for record in found):
        if time.monotonic() > deadline:
            left = ", ".join(record.name for record in found if record.runs)
            raise Refused(f"still running after {STOP_SECONDS:.0f} s: {left}")
        time.sleep(0.1)


def manage(arguments: Sequence[str]) -> int:
    """manage.py with this installation's addresses; embedded servers that do not run are started for it."""
    home = installation()
    plan = as_named(home)
    with Supervisor(home) as supervisor:
        serving.start_servers(supervisor, serving.embedded_servers(plan))
        return supervisor.foreground([sys.executable, "manage.py", *arguments], plan.variables)


def _refuse_arguments(name: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise Refused(f"{name} takes no arguments")


COMMANDS: dict[str, str] = {
    "demo": "devtools.demo.demo",
    "up": "devtools.commands.up",
    "test": "devtools.commands.test",
    "check": "devtools.commands.check",
    "chaos": "devtools.chaos.command.chaos",
    "ledger": "devtools.chaos.ledger.ledger",
    "bench": "devtools.benching.bench",
    "run": "devtools.commands.run",
    "status": "devtools.commands.status",
    "stop": "devtools.commands.stop",
    "manage": "devtools.commands.manage",
    "lock": "devtools.locking.lock",
    "messages": "devtools.messages.messages",
}
"""Where the function of each command stands. It is loaded when asked for: `up` lives long and needs few of them."""


def command(name: str) -> Callable[[Sequence[str]], int]:
    """The function of a command: words in, exit status out."""
    module, _, function = COMMANDS[name].rpartition(".")
    found: Callable[[Sequence[str]], int] = getattr(importlib.import_module(module), function)
    return found


def main(words: Sequence[str]) -> int:
    """Carry out one command line. A refusal is told in plain words on standard error, with status 1."""
    name, *arguments = words
    if name not in COMMANDS:
        console.say(f"no such command: {name}; one of {', '.join(COMMANDS)}")
        return 2
    try:
        return command(name)(arguments)
    except Refused as reason:
        console.say(str(reason))
        return 1
