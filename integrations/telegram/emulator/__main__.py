"""`python -m integrations.telegram.emulator`: a process that holds the emulator alone, without Django around it."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser

from integrations.telegram.emulator.command_line import HELP, add_arguments, prepare

if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m integrations.telegram.emulator", description=HELP)
    add_arguments(parser)
    server = prepare(vars(parser.parse_args()))
    for number in (signal.SIGTERM, signal.SIGINT):
        # `stop` waits for the loop that this very thread runs, so another thread has to call it.
        signal.signal(number, lambda *_received: threading.Thread(target=server.stop).start())
    sys.stdout.write(f"Bot API emulator: {server.url}\n")
    sys.stdout.flush()
    server.serve()
