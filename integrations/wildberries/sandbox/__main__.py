"""`python -m integrations.wildberries.sandbox`: a process that holds the sandbox alone, without Django around it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from integrations.wildberries.sandbox.command_line import HELP, add_arguments, serve


def _announce(url: str) -> None:
    sys.stdout.write(f"Wildberries sandbox: {url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m integrations.wildberries.sandbox", description=HELP)
    add_arguments(parser, log=None)
    serve(vars(parser.parse_args()), _announce)
