"""`python -m integrations.sandbox`: plays the outside systems that an installation has no keys for, in one process.

Wildberries and Telegram each listen on a port of their own; without a port one is not played. What Telegram says about
itself at the webhook stands in a file: a command line would show it to everybody. No Django around it.
"""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from integrations.telegram.emulator.command_line import prepare
from integrations.telegram.emulator.identity import TOKEN
from integrations.wildberries.sandbox.server import Sandbox


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    options = _options()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_received: stop.set())
    with ExitStack() as serving:
        if options.wildberries is not None:
            url = serving.enter_context(Sandbox(port=options.wildberries, delay=options.delay, log=options.log)).url
            _announce(f"Wildberries sandbox: {url}")
        if options.telegram is not None:
            words = {
                "port": options.telegram,
                "token": TOKEN,
                "webhook": options.webhook,
                "secret": options.secret_file.read_text() if options.secret_file else "",
                "limits": True,
            }
            _announce(f"Telegram emulator: {serving.enter_context(prepare(words)).url}")
        stop.wait()


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m integrations.sandbox")
    parser.add_argument("--wildberries", type=int, metavar="PORT")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer of Wildberries")
    parser.add_argument("--log", type=Path, metavar="PATH", help="where requests to Wildberries are written")
    parser.add_argument("--telegram", type=int, metavar="PORT")
    parser.add_argument("--webhook", default="", metavar="URL", help="where Telegram brings updates")
    parser.add_argument("--secret-file", type=Path, metavar="PATH", help="holds what it says about itself there")
    return parser.parse_args()


def _announce(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
