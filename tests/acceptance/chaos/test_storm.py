"""A short storm of everything at once, as `dev.py chaos` blows it; the judgement is the product's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.naryad import run_dev

pytestmark = pytest.mark.storm

SEEDS = [
    int(line) for line in Path(__file__).with_name("seeds.txt").read_text().splitlines() if not line.startswith("#")
]
MINUTES = "1.5"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_is_broken_by_ninety_seconds_of_kills_freezes_and_outages(seed: int, tmp_path: Path) -> None:
    words = ["chaos", "--seed", str(seed), "--minutes", MINUTES, "--profile", "all", "--json"]
    done = run_dev(*words, var=tmp_path / "var", seconds=600)
    assert done.stdout, done.stderr[-4000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["ok"], report["examples"]
    assert done.returncode == 0
    assert report["kills"] > 0
    assert report["attempts"] > report["acknowledged"] > 0
