"""How fast expressions are: plain paths in this process, the others in the jail, in batches as steps render them."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Final

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from bench import figures  # noqa: E402 - after Django is set up
from workflows import javascript  # noqa: E402
from workflows.graph import expressions  # noqa: E402
from workflows.javascript import Surroundings  # noqa: E402
from workflows.javascript.pool import pool  # noqa: E402

FIELDS: Final = 20
ITEMS: Final = 1_000
BATCHES: Final = 10
"""Of one round: the kernel counts the jail's time in hundredths of a second."""
PATHS: Final = ("{{ $json.field3 }}", "{{ $json.campaign.name }}", "{{ $json.views[1].count }}", "{{ $itemIndex }}")
SCRIPTS: Final = (
    "$json.field3 + $json.field4",
    "$json.views[0].count > 10 ? 'many' : 'few'",
    "`${$json.campaign.name} – ${$json.field5}`",
    "$json.views.map(view => view.count).reduce((sum, count) => sum + count, 0)",
    "$json.campaign.name.toUpperCase().slice(0, 5)",
    "Math.round($json.field7 / 3)",
    "$json.missing?.deep ?? 'none'",
    "$json.field9 * 1.2",
)


def main() -> int:
    """Measure so many rounds as the first argument says, print the best, and return 0."""
    rounds = int(sys.argv[1])
    items = [_item(number) for number in range(ITEMS)]
    surroundings = Surroundings(items=items, now=0)
    javascript.render(SCRIPTS, surroundings, count=1)  # the process is started before the clock is
    paths = max(_paths(items) for _ in range(rounds))
    scripts = max(_scripts(surroundings) for _ in range(rounds))
    summary: dict[str, Any] = {
        "work": "expressions",
        "paths_per_second": round(paths),
        "scripts_per_second": round(scripts),
        "us_per_path": round(1e6 / paths, 2),
        "us_per_script": round(1e6 / scripts, 2),
    }
    summary["promises"] = figures.judged(summary)
    print(f"expressions: the best of {rounds} rounds over {ITEMS} items of {FIELDS} fields, in processor time")
    print(f"  plain paths             {paths:,.0f} a second")
    print(f"  scripts in the jail     {scripts:,.0f} a second")
    print(json.dumps(summary), flush=True)
    return 0


def _item(number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {f"field{place}": number + place for place in range(FIELDS - 2)}
    return fields | {"campaign": {"name": f"Campaign {number}"}, "views": [{"count": number % 20}, {"count": 7}]}


def _paths(items: list[dict[str, Any]]) -> float:
    config = list(PATHS)
    scopes = [{"$json": item, "$itemIndex": index} for index, item in enumerate(items)]
    begun = time.process_time()
    for scope in scopes:
        expressions.render(config, scope)
    return len(PATHS) * len(items) / (time.process_time() - begun)


def _scripts(surroundings: Surroundings) -> float:
    """By processor time, the jail's and ours: one of them always waits for the other."""
    (jail,) = (psutil.Process(pid) for pid in pool().pids())
    begun = time.process_time() + _spent(jail)
    for _batch in range(BATCHES):
        javascript.render(SCRIPTS, surroundings, count=ITEMS)
    return BATCHES * len(SCRIPTS) * ITEMS / (time.process_time() + _spent(jail) - begun)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    sys.exit(main())
