"""The node type `save-error`."""

from __future__ import annotations

from typing import Any

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done
from workflows.notes import Notice, Trouble

ERROR = {"code": "refused", "message": "No.", "node": "call"}


def saved(items: list[Any], **config: Any) -> list[Any]:
    outcome = run("save-error", config, items)
    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": items}
    return list(outcome.notes)


def test_the_error_of_the_error_port_is_saved_with_its_item() -> None:
    """S0-16: errors are stored for later analysis, with node and input."""
    assert saved([{"error": ERROR, "item": {"n": 1}}]) == [Trouble("refused", "No.", {"n": 1}, node_id="call")]


def test_the_error_inside_an_item_is_taken_out_of_it() -> None:
    assert saved([{"n": 1, "error": {**ERROR, "details": {"field": "url"}}}]) == [
        Trouble("refused", "No.", {"n": 1}, {"field": "url"}, "call")
    ]


def test_an_error_can_be_described_by_the_node() -> None:
    assert saved([{"n": 7}], code="bad_n", message="n is {{ $json.n }}") == [Trouble("bad_n", "n is 7", {"n": 7})]


def test_whatever_comes_is_an_error() -> None:
    assert saved([{"error": "words"}, {"error": {"code": 5, "details": []}, "item": None}, {}]) == [
        Trouble("saved", "words", {}),
        Trouble("saved", "Ошибка без описания", None),
        Trouble("saved", "Ошибка без описания", {}),
    ]


def test_people_are_told_once_if_wanted() -> None:
    """S0-17: a notification may be added to any save-error node."""
    notes = saved([{"error": ERROR, "item": {}}, {"error": ERROR, "item": {}}], telegram=[5])

    assert notes[2:] == [Notice("error", "refused (+1)", "No.", (5,))]
    assert saved([], notify=True) == []


def test_a_list_of_redis_can_be_named() -> None:
    assert saved([{}], redisList="wf:errors")[0].list_key == "wf:errors"


def test_a_flood_is_cut_and_the_log_says_so() -> None:
    node_type = catalogue.get("save-error")
    context = StandaloneContext(node_type, {}, [{}] * 1002)

    outcome = node_type.run(context)

    assert isinstance(outcome, Done)
    assert len(outcome.notes) == 1000
    assert context.log.texts("warning") == ["Сохранено ошибок: 1000, остальные не поместились: 2"]


def test_faults_are_named() -> None:
    assert set(faults("save-error", {"redisList": "a b", "code": "x" * 101})) == {"redisList", "code"}
