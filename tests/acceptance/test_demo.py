"""`make demo`: the main job from nothing, and what it prints against what Wildberries was asked."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from devtools.installation import free_port
from tests.acceptance.conftest import QUICK_RESCUE
from tests.acceptance.naryad import ROOT, Api, Naryad, run_dev, until

pytestmark = pytest.mark.slow

WORKFLOW = ROOT / "devtools" / "seed_workflow.json"
TABLE_ROW = re.compile(r"^│\s*(\d+)\s*│\s*([\d.]+)\s*│\s*(\d+)\s*│$", re.MULTILINE)


def test_the_demo_ends_well_and_its_table_equals_the_sums_of_what_was_fetched(tmp_path: Path) -> None:
    var = tmp_path / "var"
    done = run_dev("demo", "--delay", "0", var=var, PORT=str(free_port()))
    assert done.returncode == 0, done.stderr
    printed = {int(campaign): (int(views), Decimal(spend)) for campaign, spend, views in TABLE_ROW.findall(done.stdout)}
    assert printed == _sums(var / "log" / "wb-sandbox.requests.ndjson")
    assert len(printed) > 1
    for label in ("Получить Кампании WB", "Получить Статистику WB", "Агрегировать Данные"):
        assert f"{label}: succeeded" in done.stdout
    assert re.search(r"raw .*\n.*/datasets/.*/rows", done.stdout)
    assert re.search(r"processed .*\n.*/datasets/.*/rows", done.stdout)
    assert not list((var / "run").glob("*.json")), "the demo stops what it started"


def _sums(log: Path) -> dict[int, tuple[int, Decimal]]:
    """Views and spend by campaign, from the statistics that the sandbox handed out."""
    sums: dict[int, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for line in log.read_text().splitlines():
        exchange = json.loads(line, parse_float=Decimal)
        for campaign in _campaigns(exchange):
            views, spend = sums[campaign["advertId"]]
            for day in campaign["days"]:
                views, spend = views + day["views"], spend + Decimal(day["sum"])
            sums[campaign["advertId"]] = views, spend
    return dict(sums)


def _campaigns(exchange: dict[str, Any]) -> list[dict[str, Any]]:
    if "fullstats" not in exchange["path"]:
        return []
    found: list[dict[str, Any]] = exchange["answer"]
    return found


def test_a_run_survives_the_death_of_its_worker(start_naryad: Callable[..., Naryad]) -> None:
    """The seed's workflow ends `succeeded` within a minute although its worker is killed in the middle."""
    naryad = start_naryad(**QUICK_RESCUE, WB_SANDBOX_DELAY="2")
    api = naryad.api()
    workflow = api.ask("POST", "/workflows", data=WORKFLOW.read_bytes(), headers={"Content-Type": "application/json"})
    run = api.post(f"/workflows/{workflow.json()['id']}/execute", {"inputData": {}})
    until(lambda: _states(api, run["id"]) & {"running"}, seconds=120, what="a step runs")
    naryad.kill("worker")
    until(lambda: api.get(f"/executions/{run['id']}")["status"] == "succeeded", seconds=60, what="the run succeeds")


def _states(api: Api, run_id: str) -> set[str]:
    return {step["status"] for step in api.get(f"/executions/{run_id}/steps")["results"]}
