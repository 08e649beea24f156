"""The sandbox as a process: its words, and how it serves until it is told to stop."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from integrations.wildberries.sandbox.server import Sandbox

HELP = "Serves the Wildberries methods in use with seeded data, their errors and their rate limit headers."


def add_arguments(parser: ArgumentParser, log: Path | None) -> None:
    """Declare the words; `log` is where requests are written when nothing else is said."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3010, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--limits", action="store_true", help="answer 429 as the published limits say")
    parser.add_argument("--seed", type=int, default=1, help="decides all data")
    parser.add_argument("--campaigns", type=int, default=12, help="how many campaigns are active")
    parser.add_argument("--log", type=Path, default=log, metavar="PATH")


def serve(options: dict[str, Any], announce: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` is given the address first. Only for the main thread."""
    sandbox = Sandbox(
        host=options["host"],
        port=options["port"],
        seed=options["seed"],
        active=options["campaigns"],
        delay=options["delay"],
        limits=options["limits"],
        log=options["log"],
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # `stop` waits for the loop that this very thread runs, so another thread has to call it.
        signal.signal(number, lambda *_received: threading.Thread(target=sandbox.stop).start())
    announce(sandbox.url)
    sandbox.serve()
