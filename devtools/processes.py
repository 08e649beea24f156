"""The processes of Naryad: what each runs, and what it is given."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from devtools.environment import Plan, answers, sandbox_variables
from devtools.installation import Installation
from devtools.supervisor import Process

POOLED_CONNECTIONS = {"web": 20, "worker": 16, "worker-notify": 8}
"""Processes with many threads share a few database connections; all others keep one."""

MALLOC_ARENAS = "2"
"""glibc gives threads arenas of their own, eight per core; under Python's lock two serve as well and keep less."""

SERVERS = ("postgres", "valkey")
WORKERS = ("worker", "worker-cpu", "worker-notify")
RUNNABLE = (*SERVERS, "web", *WORKERS, "ticker", "beat", "bot", "wb-sandbox")


def command_of(name: str, *, port: int, sandbox: Sequence[str] = ()) -> list[str]:
    """The command line of a process of ours, without the interpreter's path. Raises KeyError for another name.

    `sandbox` are the words of the Wildberries sandbox.
    """
    web = ["-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--lifespan", "off", "--no-proxy-headers", "--no-access-log", "--no-server-header"]
    web += ["--ws-max-size", "65536", "--timeout-graceful-shutdown", "5"]
    commands = {
        "web": web,
        "worker": _worker("worker", "threads", 100, "io"),
        "worker-cpu": _worker("worker-cpu", "prefork", 2, "cpu"),
        "worker-notify": _worker("worker-notify", "threads", 8, "notifications,system"),
        "ticker": ["manage.py", "ticker"],
        "beat": ["manage.py", "beat"],
        "bot": ["manage.py", "telegram_polling"],
        "wb-sandbox": ["-m", "integrations.wildberries.sandbox", *sandbox],
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
    }
    if plan.sandbox_port is not None:
        environment.update(sandbox_variables(plan.sandbox_port))
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
    log = Installation(Path(plan.variables["NARYAD_VAR"])).logs / "wb-sandbox.requests.ndjson"
    return ["--port", str(plan.sandbox_port), "--delay", str(plan.sandbox_delay), "--log", str(log)]


def _worker_variables(words: list[str]) -> dict[str, str]:
    """What a worker tells others about itself: which queues it serves and how many steps it takes at once."""
    return {"NARYAD_QUEUES": words[words.index("-Q") + 1], "NARYAD_SLOTS": words[words.index("-c") + 1]}


def _address(name: str, plan: Plan, words: list[str]) -> str | None:
    if name == "web":
        return plan.url
    if name == "wb-sandbox":
        return f"http://127.0.0.1:{plan.sandbox_port}"
    return f"queue:{words[words.index('-Q') + 1]}" if name in WORKERS else None


def _probe(name: str, plan: Plan) -> Callable[[], bool] | None:
    if name == "web":
        return lambda: says_ok(f"{plan.url}/healthz")
    if name == "wb-sandbox" and plan.sandbox_port is not None:
        port = plan.sandbox_port
        return lambda: answers("127.0.0.1", port)
    return None


def says_ok(url: str) -> bool:
    """Whether a GET is answered with 200 within two seconds. Goes straight there, past any proxy of the environment."""
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
