"""The node type `stop`."""

from __future__ import annotations

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Permanent


def test_a_branch_ends_without_an_error_and_says_why() -> None:
    node_type = catalogue.get("stop")
    context = StandaloneContext(node_type, {"message": "no {{ $json.what }}"}, [{"what": "campaigns"}])

    assert node_type.run(context) == Done({})
    assert context.log.texts("info") == ["Ветка закончена: no campaigns"]


def test_a_branch_may_end_without_a_word() -> None:
    assert run("stop") == Done({})


def test_a_run_can_be_failed_with_a_message() -> None:
    with pytest.raises(Permanent) as failure:
        run("stop", {"how": "fail", "message": "spent {{ $json.spend }}"}, [{"spend": 5}])

    assert failure.value.code == "stopped_on_purpose"
    assert failure.value.message == "spent 5"


def test_a_failure_has_a_message_of_its_own() -> None:
    with pytest.raises(Permanent) as failure:
        run("stop", {"how": "fail"})

    assert "«Остановить»" in str(failure.value.message)


def test_faults_are_named() -> None:
    assert set(faults("stop", {"how": "run", "message": 5})) == {"how", "message"}
