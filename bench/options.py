"""The words after `dev.py bench`. Standard library only: they are read before anything is started."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

WORKS = ("W1", "W2", "W3", "W4")
HANGING = 50
BORDER_PORTS = 1 + HANGING + 1
"""Of `border`: one target that answers, those that hang, and one that is flooded."""
CHAIN_STEPS = 40
DESCRIPTION = """\
W1 chain of 40 trivial steps     W3 200 runs of a chain of 5 steps
W2 1 step, 100 beside, 1 step    W4 one step, from the trigger to its end
presses: 500 presses of one button of a ticket at once
events: from an event to the first step of its run, at 50 events a second
memory: what every process of `make up` takes (PSS)
data: 100 000 rows through a filter, seven metrics and an aggregation
expressions: plain paths, and scripts in the jail
import: exports of n8n turned into definitions, their links looked at
logins: wrong passwords, of people who are there and of others: whether the time of the refusal tells
border: 50 runs that call a target, beside 50 others whose targets never answer
"""


@dataclass(frozen=True)
class Options:
    """What is measured and how often."""

    work: str
    http: bool
    json: bool
    nodes: int
    rounds: int
    against_celery: bool
    watched: bool
    url: str
    """Where the web process listens; told by `dev.py`, not by people."""
    ports: tuple[int, ...] = ()
    """Where targets may be played; told by `dev.py`, which has let the workers call them."""


def parse(arguments: Sequence[str]) -> Options:
    """Read the words; ends the process with status 2 and a usage line when they make no sense."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "work", choices=[*WORKS, "presses", "events", "memory", "data", "expressions", "import", "border", "logins"]
    )
    parser.add_argument("--http", action="store_true", help="start and wait through the REST API")
    parser.add_argument("--json", action="store_true", help="print the last line only: one JSON object")
    parser.add_argument("--nodes", type=int, default=CHAIN_STEPS, help="W1 in a chain of so many nodes")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured in turn (default 5)")
    parser.add_argument("--vs", choices=["celery"], help="the same work by bare Celery, in turn with ours")
    parser.add_argument("--watched", action="store_true", help="W1 also while a client follows the run on its socket")
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--ports", type=int, nargs="*", default=[], help=argparse.SUPPRESS)
    found = parser.parse_args(arguments)
    if found.rounds < 1:
        parser.error("--rounds starts at 1")
    if found.nodes < CHAIN_STEPS or (found.nodes != CHAIN_STEPS and (found.work != "W1" or found.http or found.vs)):
        parser.error(f"--nodes is for W1 inside one process, from {CHAIN_STEPS}")
    if found.watched and (found.work != "W1" or found.nodes != CHAIN_STEPS):
        parser.error("--watched is for W1")
    return Options(
        work=found.work,
        http=found.http,
        json=found.json,
        nodes=found.nodes,
        rounds=found.rounds,
        against_celery=found.vs == "celery",
        watched=found.watched,
        url=found.url,
        ports=tuple(found.ports),
    )
