"""`sub-workflow`: which runs it asks for."""

from __future__ import annotations

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent, Start


def test_every_item_becomes_the_input_of_a_run() -> None:
    assert run("sub-workflow", {"workflow": "WF-01"}, [{"n": 1}, {"n": 2}]) == Start(
        "WF-01", [{"n": 1}, {"n": 2}], True
    )


def test_the_input_may_be_made_from_the_item() -> None:
    config = {"workflow": "WF-01", "inputData": {"was": "{{ $json.n }}"}, "wait": False}
    assert run("sub-workflow", config, [{"n": 1}, {"n": 2}]) == Start("WF-01", [{"was": 1}, {"was": 2}], False)


def test_one_run_takes_all_items() -> None:
    asked = run("sub-workflow", {"workflow": "WF-01", "mode": "once"}, [{"n": 1}, {"n": 2}])
    assert asked == Start("WF-01", [{"items": [{"n": 1}, {"n": 2}]}], True)


def test_without_items_nothing_is_started() -> None:
    assert run("sub-workflow", {"workflow": "WF-01"}, []) == Done({"out": []})


def test_more_runs_than_anyone_could_mean_are_refused() -> None:
    with pytest.raises(Permanent) as refused:
        run("sub-workflow", {"workflow": "WF-01"}, [{}] * 1001)
    assert refused.value.details == {"limit": 1000, "items": 1001}


def test_a_config_without_a_workflow_is_refused_on_save() -> None:
    assert set(faults("sub-workflow", {})) == {"workflow"}
    assert set(faults("sub-workflow", {"workflow": "WF-01", "mode": "sometimes"})) == {"mode"}
