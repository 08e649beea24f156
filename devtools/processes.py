"""The processes of Naryad: what each runs, and what it is given."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path

from devtools.environment import Plan, answers, emulator_variables, sandbox_variables, webhook_secret_file
from devtools.installation import Installation
from devtools.supervisor import Process

POOLED_CONNECTIONS = {"web": 20, "worker": 16, "worker-notify": 10}
"""Processes with many threads share a few database connections; all others keep one."""

MALLOC_ARENAS = "1"
"""glibc gives threads arenas of their own, eight per core; under Python's lock one serves as well and keeps less."""

NO_COLUMNS = "1"
"""A traceback names the line, and does not underline a part of it: what says which is a megabyte in every process."""

SERVERS = ("postgres", "valkey")
WORKERS = ("worker", "worker-cpu", "worker-notify")
RUNNABLE = (*SERVERS, "web", *WORKERS, "ticker", "beat", "bot", "sandbox")


def command_of(name: str, *, port: int, sandbox: Sequence[str] = ()) -> list[str]:
    """The command line of a process of ours, without the interpreter's path. Raises KeyError for another name.

    `sandbox` are the words of the process that plays outside systems.
    """
    web = ["-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--lifespan", "off", "--no-proxy-headers", "--no-access-log", "--no-server-header"]
    web += ["--ws-max-size", "65536", "--timeout-graceful-shutdown", "5"]
    web += ["--http", "config.web_protocol:Lingering", "--ws", "config.socket_protocol:Gathered"]
    commands = {
        "web": web,
        "worker": _worker("worker", "threads", 100, "io"),
        "worker-cpu": _worker("worker-cpu", "prefork", 2, "cpu"),
        "worker-notify": _worker("worker-notify", "threads", 8, "notifications,system"),
        "ticker": ["manage.py", "ticker"],
        "beat": ["manage.py", "beat"],
        "bot": ["manage.py", "telegram_polling"],
        "sandbox": ["-m", "integrations.sandbox", *sandbox],
    }
    return commands[name]


def _worker(name: str, pool: str, slots: int, queues: str) -> list[str]:
    return ["manage.py", "worker", "-n", f"{name}@%h", "-P", pool, "-c", str(slots), "-Q", queues]


def process(name: str, plan: Plan) -> Process:
    """The process `name` of this plan, ready to be started."""
    environment = {
        **plan.variables,
        "NARYAD_PROCESS": name,
        "DATABASE_POOL_SIZE": str(POOLED_CONNECTIONS.get(name, 0)),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": MALLOC_ARENAS,
        "PYTHONNODEBUGRANGES": NO_COLUMNS,
    }
    if plan.sandbox_port is not None:
        environment.update(sandbox_variables(plan.sandbox_port))
    if plan.emulator_port is not None:
        environment.update(emulator_variables(plan))
    words = command_of(name, port=plan.port, sandbox=_sandbox_words(plan))
    if name in WORKERS:
        environment.update(_worker_variables(words))
    return Process(
        name=name,
        command=[sys.executable, *words],
        environment=environment,
        address=_address(name, plan, words),
        ready=_probe(name, plan),
    )


def _sandbox_words(plan: Plan) -> list[str]:
    words = []
    if plan.sandbox_port is not None:
        log = Installation(Path(plan.variables["NARYAD_VAR"])).logs / "wb-sandbox.requests.ndjson"
        words += ["--wildberries", str(plan.sandbox_port), "--delay", str(plan.sandbox_delay), "--log", str(log)]
    if plan.emulator_port is not None:
        words += ["--telegram", str(plan.emulator_port), "--webhook", f"{plan.url}/telegram/webhook"]
        words += ["--secret-file", str(webhook_secret_file(plan))]
    return words


def _worker_variables(words: list[str]) -> dict[str, str]:
    """What a worker tells others about itself: which queues it serves and how many steps it takes at once."""
    return {"NARYAD_QUEUES": words[words.index("-Q") + 1], "NARYAD_SLOTS": words[words.index("-c") + 1]}


def _address(name: str, plan: Plan, words: list[str]) -> str | None:
    if name == "web":
        return plan.url
    if name == "sandbox":
        return " ".join(f"http://127.0.0.1:{port}" for port in _played_at(plan))
    return f"queue:{words[words.index('-Q') + 1]}" if name in WORKERS else None


def _probe(name: str, plan: Plan) -> Callable[[], bool] | None:
    if name == "web":
        return lambda: says_ok(f"{plan.url}/healthz")
    if name == "sandbox":
        return lambda: all(answers("127.0.0.1", port) for port in _played_at(plan))
    return None


def _played_at(plan: Plan) -> list[int]:
    return [port for port in (plan.sandbox_port, plan.emulator_port) if port is not None]


def says_ok(url: str) -> bool:
    """Whether a GET is answered with 200 within two seconds. Goes straight there, past any proxy of the environment."""
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False
