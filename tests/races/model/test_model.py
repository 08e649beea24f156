"""Long stories of one run, drawn by chance, told by the engine and by the oracle."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.races.model.machine import RunMachine

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]
FEW = settings(
    max_examples=20,
    stateful_step_count=35,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    database=None,
    suppress_health_check=SLOW,
)
MANY = settings(FEW, max_examples=150, stateful_step_count=60, phases=[Phase.generate, Phase.shrink])


@pytest.fixture(autouse=True)
def _person(anna: Any) -> Any:
    RunMachine.person = anna
    yield
    RunMachine.person = None


def test_the_engine_does_what_the_oracle_says_in_a_few_stories():
    run_state_machine_as_test(RunMachine, settings=FEW)


@pytest.mark.long
def test_the_engine_does_what_the_oracle_says_in_many_stories(request: pytest.FixtureRequest):
    """The same stories each time, so that who has changed something learns of that; others with `--hypothesis-seed`."""
    asked = request.config.getoption("--hypothesis-seed") is not None
    run_state_machine_as_test(RunMachine, settings=settings(MANY, derandomize=not asked, print_blob=asked))
