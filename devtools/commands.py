"""What the words after `dev.py` do. Each command returns the exit status."""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from devtools import console, embedded, records, serving, testing
from devtools.bootstrap import ROOT
from devtools.checking import check as run_checks
from devtools.environment import Plan, as_named, emulator_variables
from devtools.installation import Installation, Refused, installation
from devtools.processes import RUNNABLE, SERVERS, WORKERS, process
from devtools.status import report, table
from devtools.supervisor import Supervisor

STOP_SECONDS = 90.0
INTERRUPTED = 130


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
    if plan.emulator_port is not None:
        lines.append(f"  no TELEGRAM_BOT_TOKEN: Telegram is played at http://127.0.0.1:{plan.emulator_port}")
        lines.append("           open it to write to the bot as author and executors")
    return lines


def run(arguments: Sequence[str]) -> int:
    """One process in the foreground; `worker` means the three workers."""
    if len(arguments) != 1 or arguments[0] not in RUNNABLE:
        raise Refused(f"run takes one of: {' '.join(RUNNABLE)}")
    (name,) = arguments
    home = installation()
    plan = as_named(home)
    if name == "bot" and not plan.bot:
        raise Refused("the bot needs TELEGRAM_BOT_TOKEN, and TELEGRAM_MODE=polling")
    if name == "sandbox" and plan.sandbox_port is None and plan.emulator_port is None:
        raise Refused("nothing is played: the environment names WB_API_KEY and TELEGRAM_BOT_TOKEN, or other addresses")
    members = WORKERS if name == "worker" else (name,)
    _refuse_second(home, members)
    with Supervisor(home) as supervisor, console.Echo(home.logs, members):
        if name in SERVERS:
            serving.start_servers(supervisor, _require_embedded(name, plan))
            if not supervisor.keeps(name) and not supervisor.stopping.is_set():
                raise Refused(f"{name} is already running from this folder ({home.var}): python3 dev.py stop")
        else:
            if name != "sandbox":
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


def check(arguments: Sequence[str]) -> int:
    """Everything that can be wrong without running the product."""
    _refuse_arguments("check", arguments)
    home = Installation(installation().var / "test")
    return testing.on_throw_away_servers(home, lambda supervisor, plan: run_checks(supervisor, plan.variables))


def status(arguments: Sequence[str]) -> int:
    """What runs here, for people or (`--json`) for programs."""
    if set(arguments) - {"--json"}:
        raise Refused("status takes --json or nothing")
    home = installation()
    rows = report(home)
    print(json.dumps(rows, indent=2) if arguments else table(rows))
    if not arguments and not rows:
        for holder in serving.who_starts(home):
            print(f"{holder} is starting")
    return 0


def stop(arguments: Sequence[str]) -> int:
    """Ask the commands of this folder to stop and wait until nothing runs; those of servers alone come last.

    Also the ones that have only begun, and those that keep a server when the command that started it has ended.
    """
    _refuse_arguments("stop", arguments)
    home = installation()
    found = any(True for _ in records.read_all(home.records))
    told: set[int] = set()
    deadline = time.monotonic() + STOP_SECONDS
    while to_stop := _to_stop(home):
        for pid in to_stop - told:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        told |= to_stop
        if time.monotonic() > deadline:
            left = ", ".join(record.name for record in records.read_all(home.records) if record.runs)
            raise Refused(f"still running after {STOP_SECONDS:.0f} s: {left or to_stop}")
        time.sleep(0.1)
    serving.clear_orphans(home)
    console.say("stopped" if found or told else "nothing was running")
    return 0


def _to_stop(home: Installation) -> set[int]:
    """The commands whose turn to stop it is, by pid: those with processes that use servers before all others."""
    supervised = [record for record in records.read_all(home.records) if record.is_supervised]
    starting = {holder.pid for holder in serving.who_starts(home)}
    users = {record.supervisor for record in supervised if record.tier > 0} | starting
    return users or {record.supervisor for record in supervised}


def manage(arguments: Sequence[str]) -> int:
    """manage.py with this installation's addresses; embedded servers that do not run are started for it."""
    home = installation()
    plan = as_named(home)
    with Supervisor(home) as supervisor:
        serving.start_servers(supervisor, serving.embedded_servers(plan))
        if supervisor.stopping.is_set():
            return INTERRUPTED
        variables = {**plan.variables, **_played_telegram(home, plan)}
        if plan.embedded_postgres:
            variables["PATH"] = embedded.with_programs(os.environ.get("PATH", os.defpath))
        return supervisor.foreground([sys.executable, "manage.py", *arguments], variables, talks=True)


def doctor(arguments: Sequence[str]) -> int:
    """Whether this installation works and tickets reach people; what is wrong, why, and what to do about it."""
    _refuse_arguments("doctor", arguments)
    return manage(["doctor"])


def _played_telegram(home: Installation, plan: Plan) -> dict[str, str]:
    """What makes the Telegram that is played here that of a command, too; nothing where none is."""
    played = [record for record in records.read_all(home.records) if record.name == "sandbox" and record.runs]
    if plan.emulator_port is None or not played or not played[0].address:
        return {}
    port = int(played[0].address.rpartition(":")[2])  # the emulator's comes last
    return emulator_variables(replace(plan, emulator_port=port))


def _refuse_arguments(name: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise Refused(f"{name} takes no arguments")


COMMANDS: dict[str, str] = {
    "demo": "devtools.demo.demo",
    "up": "devtools.commands.up",
    "test": "devtools.testing.test",
    "check": "devtools.commands.check",
    "chaos": "devtools.chaos.command.chaos",
    "ledger": "devtools.chaos.ledger.ledger",
    "bench": "devtools.benching.bench",
    "run": "devtools.commands.run",
    "status": "devtools.commands.status",
    "stop": "devtools.commands.stop",
    "doctor": "devtools.commands.doctor",
    "manage": "devtools.commands.manage",
    "ui": "devtools.front_end.ui",
    "screenshots": "devtools.screenshots.screenshots",
    "lock": "devtools.locking.lock",
    "audit": "devtools.auditing.audit",
    "messages": "devtools.messages.messages",
    "pictures": "devtools.pictures.pictures",
    "requirements": "devtools.requirements.requirements",
}
"""Where the function of each command stands. It is loaded when asked for: `up` lives long and needs few of them."""

_TELL_THEMSELVES = frozenset({"demo", "chaos", "ledger", "bench", "manage"})
"""Commands that have options of their own and answer `--help` with them."""


def command(name: str) -> Callable[[Sequence[str]], int]:
    """The function of a command: words in, exit status out."""
    module, _, function = COMMANDS[name].rpartition(".")
    found: Callable[[Sequence[str]], int] = getattr(importlib.import_module(module), function)
    return found


def usage(name: str) -> str:
    """What `dev.py --help` says of a command."""
    told = ast.get_docstring(ast.parse((ROOT / "dev.py").read_text())) or ""
    lines = [line.strip() for line in told.splitlines()]
    return "\n".join(line for line in lines if line.split()[2:3] == [name])


def main(words: Sequence[str]) -> int:
    """Carry out one command line. A refusal is told in plain words on standard error, with status 1."""
    name, *arguments = words
    if name not in COMMANDS:
        console.say(f"no such command: {name}; one of {', '.join(COMMANDS)}")
        return 2
    if arguments in (["--help"], ["-h"]) and name not in _TELL_THEMSELVES:
        print(usage(name))
        return 0
    try:
        return command(name)(arguments)
    except Refused as reason:
        console.say(str(reason))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
