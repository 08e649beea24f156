"""`python -m bench.data ROUNDS`: how fast the data nodes are: a filter, seven metrics and an aggregation of many rows.

It needs no installation: nodes are pure, so they run here, one after the other, in processor time.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import asdict
from decimal import Decimal
from statistics import median
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from bench import figures  # noqa: E402 - after Django is set up
from bench.alone import Alone  # noqa: E402
from bench.machine import Machine  # noqa: E402
from workflows import catalogue  # noqa: E402
from workflows.node_type import Done  # noqa: E402

ROWS: Final = 100_000
CAMPAIGNS: Final = 200
SUMS: Final = ("views", "clicks", "orders", "atbs", "spend", "revenue")
CHAIN: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("data-filter", {"conditions": [{"field": "views", "op": "gte", "value": 0}]}),
    ("data-metrics", {"metrics": ["ctr", "cpc", "cpm", "cr", "cpo", "drr", "roas"]}),
    (
        "data-aggregator",
        {
            "groupBy": "campaignId",
            "aggregations": [{"name": name, "field": name, "operation": "sum"} for name in SUMS],
        },
    ),
)
"""Every row passes the filter, so that all of them are calculated."""


def main() -> int:
    """Measure, print the figures, and the summary as the last line."""
    rounds = int(sys.argv[1])
    rows = _rows()
    found = [_once(rows) for _ in range(rounds)]
    summary: dict[str, Any] = {
        "work": "data",
        "rows": ROWS,
        "rounds": rounds,
        "cpu_seconds": {name: round(median(each[name] for each in found), 3) for name, _config in CHAIN},
        "data_cpu_seconds": round(median(sum(each.values()) for each in found), 3),
        "machine": asdict(Machine.look()),
    }
    summary["promises"] = figures.judged(summary)
    print(f"data: {ROWS} rows through a filter, seven metrics and an aggregation by {CAMPAIGNS} campaigns")
    for name, seconds in summary["cpu_seconds"].items():
        print(f"  {name:24}{seconds} s")
    print(f"  {'together':24}{summary['data_cpu_seconds']} s of processor time; medians of {rounds} rounds")
    print(json.dumps(summary), flush=True)
    return 0


def _rows() -> list[dict[str, Any]]:
    """Days of campaigns as Wildberries gives them, the same in every run; money in kopecks."""
    chance = random.Random(7)
    return [
        {
            "campaignId": number % CAMPAIGNS,
            "views": chance.randint(0, 5000),
            "clicks": chance.randint(0, 300),
            "orders": chance.randint(0, 9),
            "atbs": chance.randint(0, 30),
            "spend": Decimal(chance.randint(0, 100_000)) / 100,
            "revenue": Decimal(chance.randint(0, 900_000)) / 100,
        }
        for number in range(ROWS)
    ]


def _once(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Processor seconds by node, for one pass of the rows through the chain."""
    seconds: dict[str, float] = {}
    for name, config in CHAIN:
        node_type = catalogue.get(name)
        context: Any = Alone(node_type, config, rows)
        began = time.process_time()
        outcome = node_type.run(context)
        seconds[name] = time.process_time() - began
        assert isinstance(outcome, Done)
        rows = list(outcome.ports["out"])
    return seconds


if __name__ == "__main__":
    sys.exit(main())
