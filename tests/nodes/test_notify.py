"""The node type `notify`."""

from __future__ import annotations

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done
from workflows.notes import Notice


def test_people_are_told_once_about_all_items() -> None:
    config = {"title": "Spent {{ $json.spent }}", "text": "in all", "severity": "warning", "telegram": [5, -7]}

    assert run("notify", config, [{"spent": 3}, {"spent": 4}]) == Done(
        {"out": [{"spent": 3}, {"spent": 4}]}, notes=[Notice("warning", "Spent 3", "in all", (5, -7))]
    )


def test_people_can_be_told_about_each_item() -> None:
    outcome = run("notify", {"title": "{{ $json.n }}", "mode": "each"}, [{"n": "a"}, {"n": "b"}])

    assert isinstance(outcome, Done)
    assert outcome.notes == [Notice("info", "a", ""), Notice("info", "b", "")]


def test_nobody_is_told_about_no_items_one_by_one() -> None:
    assert run("notify", {"title": "none", "mode": "each"}, []) == Done({"out": []}, notes=[])


def test_a_flood_is_cut_and_the_log_says_so() -> None:
    node_type = catalogue.get("notify")
    context = StandaloneContext(node_type, {"title": "t", "mode": "each"}, [{}] * 103)

    outcome = node_type.run(context)

    assert isinstance(outcome, Done)
    assert len(outcome.notes) == 100
    assert context.log.texts("warning") == ["Уведомлений больше 100, остальные не отправлены: 3"]


def test_letters_go_to_addresses_that_exist_in_form() -> None:
    outcome = run("notify", {"title": "t", "email": "Anna <anna@example.org>, b@example.org"})

    assert isinstance(outcome, Done)
    assert outcome.notes == [Notice("info", "t", "", (), ("Anna <anna@example.org>", "b@example.org"))]
    assert list(faults("notify", {"title": "t", "email": ["nobody"]})) == ["email"]


def test_faults_are_named() -> None:
    assert set(faults("notify", {"severity": "loud", "telegram": ["@me"]})) == {"title", "severity", "telegram[0]"}
