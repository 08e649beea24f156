"""The gate: every broken engine is found by each of the tests that are there to find it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.mutations.mutant import Mutant
from tests.mutations.test_mutants import MUTANTS, each
from tests.mutations.workshop import FAILED, HEALTHY, Verdict, Workshop

pytestmark = pytest.mark.long

AT_ONCE = 2
Verdicts = dict[str | None, "Future[Verdict]"]


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verdicts]:
    """What the tests say about the mutants that are asked for, and (under None) about the engine as it is."""
    here = [item for item in request.session.items if item.path == Path(__file__)]
    asked = [item.callspec.params["mutant"] for item in here if hasattr(item, "callspec")]
    names = {mutant.name for mutant in asked}
    free: SimpleQueue[Workshop] = SimpleQueue()
    for place in range(AT_ONCE):
        free.put(Workshop(tmp_path_factory.mktemp("workshop"), place))

    def judge(tests: tuple[str, ...], mutant: Mutant | None) -> Verdict:
        workshop = free.get()
        try:
            return workshop.judge(tests, mutant)
        finally:
            free.put(workshop)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        judges = (killer for mutant in MUTANTS if mutant.name in names for killer in mutant.killers)
        everything = tuple(dict.fromkeys(judges))
        found: Verdicts = {None: pool.submit(judge, everything, None)}
        found |= {mutant.name: pool.submit(judge, mutant.killers, mutant) for mutant in asked}
        yield found
        pool.shutdown(cancel_futures=True)  # where the tests were interrupted


def test_the_engine_as_it_is_passes_all_that_judge_the_broken_ones(verdicts: Verdicts):
    verdict = verdicts[None].result()
    assert verdict.code == 0, verdict.words


@each
def test_a_broken_engine_is_found(mutant: Mutant, verdicts: Verdicts):
    verdict = verdicts[mutant.name].result()
    assert HEALTHY in verdict.passed, f"dead, not broken: {verdict.words}"
    assert verdict.code == FAILED, verdict.words
    # One of the cases of a test is enough.
    survived = set(mutant.killers) - {failed.partition("[")[0] for failed in verdict.failed}
    assert not survived, f"{mutant.why}, and nobody notices: {verdict.words}"
