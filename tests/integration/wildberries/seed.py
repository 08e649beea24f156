"""The seed's workflow with metrics and keywords added, what its servers refuse on the way, and its run to the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import connection

from accounts import clock
from executions import sweeps
from executions.engine.states import ExecutionStatus
from executions.models import Execution, Step
from tests.fakes.wildberries import Faults
from tests.integration.executions import driving

SEED = Path(__file__).parent.parent / "workflows" / "seed_workflow.json"
PAUSE = {"X-Ratelimit-Retry": "0"}
METHODS = ("promotion/count", "advert/v2/adverts", "v3/fullstats", "v1/normquery")
ROUNDS = 60
FINISHED = [22161678, 28449281]
"""Campaigns of the specification's examples, which hold no active one."""


def seed(**statistics: Any) -> dict[str, Any]:
    """The seed's definition with `data-metrics` behind the statistics, and keywords with sums of their own."""
    definition = json.loads(SEED.read_text(encoding="utf-8"))["definition"]
    definition["nodes"][1]["data"]["config"].update(statistics)
    definition["nodes"] += [
        _node("metrics", "data-metrics", {"over": "groups", "groupBy": "campaignId", "metrics": ["ctr", "cpc"]}),
        _node("keywords", "wb-get-keywords", {"period": 7}),
        _node(
            "queries",
            "data-aggregator",
            {"groupBy": "keyword", "aggregations": [{"name": "clicks", "field": "clicks", "operation": "sum"}]},
        ),
    ]
    definition["edges"] += [
        {"id": "e3", "source": "node-2", "target": "metrics", "sourceHandle": "stats_out"},
        {"id": "e4", "source": "node-1", "target": "keywords", "sourceHandle": "campaigns_out"},
        {"id": "e5", "source": "keywords", "target": "queries", "sourceHandle": "keywords_out"},
    ]
    return definition


def _node(name: str, kind: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": kind, "position": {"x": 0, "y": 0}, "data": {"label": name, "config": config}}


def trouble(faults: Faults) -> None:
    """Every method refuses twice, fails twice, and then works."""
    for method in METHODS:
        faults.answer(method, 429, {"title": "too many requests"}, PAUSE, times=2)
        faults.answer(method, 502, {"title": "bad gateway"}, times=2)


def run_to_the_end(definition: dict[str, Any]) -> Execution:
    """Works the run off; whenever everything waits, time passes."""
    execution = driving.start(driving.person(), definition, input_data={"someInitialParam": "value"})
    for number in range(ROUNDS):
        driving.drain()
        if driving.status(execution) != ExecutionStatus.RUNNING:
            break
        clock.shift(connection, 120 * (number + 1))
        sweeps.wake_due()
    return execution


def assert_succeeded(execution: Execution) -> None:
    errors = list(Step.objects.filter(execution=execution).exclude(error=None).values_list("node_id", "error"))
    assert driving.status(execution) == "succeeded", errors


def seed_of_the_specification() -> dict[str, Any]:
    """The same with campaigns and pairs that the official examples know."""
    definition = seed(campaignIds=FINISHED)
    definition["nodes"][4]["data"]["config"]["pairs"] = [{"campaignId": 123456789, "nmId": 987654321}]
    return definition
