"""`python -m bench ARGS`: the measuring itself, inside an installation that `dev.py bench` has found or started."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from bench import big, border, contest, figures, happenings, logins, memory, presses, report, watched  # noqa: E402 - after Django is set up
from bench.contender import Contender, Failed, Late  # noqa: E402
from bench.front import OverHttp  # noqa: E402
from bench.inside import Inside  # noqa: E402
from bench.options import CHAIN_STEPS, Options, parse  # noqa: E402
from bench.peers.canvas import Canvas  # noqa: E402
from bench.peers.rows import Rows  # noqa: E402
from bench.places import connect  # noqa: E402
from bench.stage import Stage  # noqa: E402
from bench.works import WORKS  # noqa: E402

Tell = Callable[[str], None]


def main() -> int:
    """Measure, print, and return 0; 1 when a run has not succeeded in time."""
    options = parse(sys.argv[1:])

    def tell(text: str) -> None:
        if not options.json:
            print(text, flush=True)

    try:
        with Stage() as stage:
            title, summary = _measure(options, stage, tell)
    except (Failed, Late) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    summary["promises"] = figures.judged(summary)
    for line in report.lines(summary, title):
        tell(line)
    print(json.dumps(summary), flush=True)
    return 0


def _measure(options: Options, stage: Stage, tell: Tell) -> tuple[str, dict[str, Any]]:
    if options.work == "memory":
        return "what every process takes after it has worked", memory.measure(stage, Inside(stage), tell)
    if options.work == "presses":
        summary = presses.measure(options.url, options.rounds, tell)
        return f"{presses.PRESSES} presses of one button at once", {**summary, **_durability()}
    if options.work == "logins":
        return "how long a log-in takes to be refused", logins.measure(options.url, options.rounds, tell)
    if options.work == "events":
        summary = happenings.measure(stage, Inside(stage), options.rounds, tell)
        return "from an event to the first step of its run", {**summary, **_durability()}
    if options.work == "border":
        found = border.measure(stage, Inside(stage), options.ports, options.rounds, tell)
        return "fast runs beside targets that never answer", found
    if options.nodes != CHAIN_STEPS:
        return f"the beginning of a chain of {options.nodes} steps", {
            **big.measure(Inside(stage), options.nodes, options.rounds, tell),
            **_durability(),
        }
    work = WORKS[options.work]
    ours = OverHttp(stage, options.url) if options.http else Inside(stage)
    summary = contest.summary(work, contest.hold(work, ours, _others(options), options.rounds, tell))
    summary |= {"through": "http" if options.http else "service", **_durability()}
    if options.watched:
        summary |= watched.measure(stage, Inside(stage), options.url, options.rounds, tell)
    return work.what, summary


def _others(options: Options) -> list[Contender]:
    if not options.against_celery:
        return []
    return [Canvas(), Rows()] if options.work == "W2" else [Canvas()]


def _durability() -> dict[str, str]:
    with connect() as connection:
        row = connection.execute("SHOW synchronous_commit").fetchone()
    return {"synchronous_commit": row[0] if row else "?"}


if __name__ == "__main__":
    sys.exit(main())
