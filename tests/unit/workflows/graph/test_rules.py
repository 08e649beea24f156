"""What is found in definitions."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from tests.unit.workflows.graphs import chain, codes, edge, graph, node, problems, well_formed


def test_a_good_graph_has_no_findings() -> None:
    good = graph(
        [node("start"), node("fork", "fork"), node("yes"), node("no")],
        [edge("start", "fork"), edge("fork", "yes", "true", "in"), edge("fork", "no", "false")],
    )

    assert problems(good) == []


def test_a_disabled_node_may_be_unfinished() -> None:
    off = {"disabled": True}
    unfinished = [node("a", config={"word": "bad"}, settings=off), node("b", "needy", settings=off)]

    assert problems(graph(unfinished, [edge("b", "a")])) == []


def test_all_problems_are_found_at_once() -> None:
    """S3-8: type, config, handle, ids, cycle, self-edge, dangling edge, open input and orphan are told together."""
    faulty = graph(
        [
            node("alien", "unheard-of"),
            node("wrong", config={"word": "bad"}),
            node("twin"),
            node("twin"),
            node("first"),
            node("second"),
            node("selfish"),
            node("needy", "needy"),
            node("alone"),
        ],
        [
            edge("alien", "wrong"),
            edge("wrong", "twin", "nowhere"),
            edge("twin", "first"),
            edge("first", "second"),
            edge("second", "first"),
            edge("second", "selfish", None, "nowhere"),
            edge("selfish", "selfish"),
            edge("selfish", "ghost"),
            {**edge("twin", "second"), "id": "second-first-None-None"},
            edge("needy", "selfish"),
        ],
    )

    assert sorted(set(codes(faulty))) == [
        "config_invalid",
        "cycle",
        "dangling_edge",
        "duplicate_id",
        "orphan",
        "required_input_open",
        "self_edge",
        "unknown_handle",
        "unknown_type",
    ]
    assert codes(faulty).count("duplicate_id") == 2
    assert codes(faulty).count("unknown_handle") == 2


def test_a_finding_says_where_it_is() -> None:
    found = {problem.code: problem for problem in problems(graph([node("a")], [edge("a", "a"), edge("a", "ghost")]))}

    assert found["self_edge"].node_id == "a"
    assert found["self_edge"].edge_id == "a-a-None-None"
    assert found["dangling_edge"].params == {"node": "ghost"}


def test_an_unknown_handle_names_those_there_are() -> None:
    (found,) = problems(graph([node("a", "fork"), node("b")], [edge("a", "b", "maybe")]))

    assert (found.code, found.node_id, found.params["known"]) == ("unknown_handle", "a", "true, false, error")


def test_nothing_can_lead_into_a_node_without_inputs() -> None:
    (found,) = problems(graph([node("a"), node("b", "source")], [edge("a", "b")]))

    assert (found.code, found.node_id) == ("unknown_handle", "b")


def test_every_circle_is_one_finding() -> None:
    circles = graph(
        [node(name) for name in "abcde"],
        [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "d"), edge("d", "e"), edge("e", "d")],
    )

    found = [(problem.node_id, problem.params["nodes"]) for problem in problems(circles)]
    assert found == [("a", "a, b, c"), ("d", "d, e")]


def test_a_circle_names_the_edge_that_closes_it() -> None:
    circles = graph([node("s"), node("d"), node("e")], [edge("s", "d"), edge("d", "e"), edge("e", "d")])

    (found,) = problems(circles)
    assert found.edge_id == "e-d-None-None"


def test_a_guard_makes_a_loop_of_a_circle() -> None:
    """S0-11: an unguarded cycle is an error, a guarded one is not."""
    circle = graph([node("s"), node("d"), node("e")], [edge("s", "d"), edge("d", "e"), edge("e", "d")])
    assert [(problem.code, problem.severity) for problem in problems(circle)] == [("cycle", "error")]
    circle["edges"][2]["data"] = {"maxIterations": 3}
    assert problems(circle) == []


def test_a_diamond_is_no_circle() -> None:
    diamond = graph([node(name) for name in "abcd"], [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")])

    assert problems(diamond) == []


def test_a_required_input_may_be_closed_by_the_config() -> None:
    assert codes(graph([node("a", "needy")])) == ["required_input_open"]
    assert codes(graph([node("a", "needy", {"rows": [1]})])) == []
    assert codes(graph([node("s"), node("a", "needy")], [edge("s", "a", "out", "rows")])) == []


def test_a_native_workflow_starts_at_nodes_without_incoming_edges() -> None:
    assert codes(graph([node("a")])) == []
    assert codes(graph([node("a"), node("b")], [edge("a", "b")])) == []


def test_an_imported_workflow_does_not_start_by_itself() -> None:
    (found,) = problems(graph([node("a"), node("b")], [edge("a", "b")], origin="n8n"))

    assert (found.code, found.severity, found.node_id) == ("no_incoming", "error", "a")


def test_where_a_trigger_starts_nothing_else_begins_a_run() -> None:
    started = [node("t", "trigger"), node("u", "trigger"), node("a")]
    assert codes(graph(started, [edge("t", "a"), edge("u", "a")])) == []
    found = problems(graph([*started, node("b")], [edge("t", "a"), edge("u", "a"), edge("b", "a")]))

    assert [(problem.code, problem.severity, problem.node_id) for problem in found] == [("no_incoming", "error", "b")]
    assert codes(graph(started, [edge("t", "a"), edge("u", "a")], origin="n8n")) == []


def test_nothing_leads_into_a_trigger() -> None:
    assert codes(graph([node("t", "trigger"), node("u", "trigger")], [edge("t", "u")])) == ["unknown_handle"]


def test_a_node_without_links_among_others_is_a_warning() -> None:
    found = problems(graph([node("a"), node("b"), node("c")], [edge("a", "b")]))

    assert [(problem.code, problem.severity, problem.node_id) for problem in found] == [("orphan", "warning", "c")]


def test_an_error_edge_that_never_fires_is_a_warning() -> None:
    edges = [edge("a", "b"), edge("a", "c", "error")]

    (found,) = problems(graph([node("a"), node("b"), node("c")], edges))
    assert (found.code, found.severity) == ("error_edge_unused", "warning")
    assert problems(graph([node("a", settings={"onError": "error_port"}), node("b"), node("c")], edges)) == []


def test_the_same_link_twice_is_a_warning() -> None:
    (found,) = problems(graph([node("a"), node("b")], [edge("a", "b"), {**edge("a", "b"), "id": "again"}]))

    assert (found.code, found.severity, found.edge_id) == ("duplicate_edge", "warning", "again")


def test_a_workflow_without_nodes_cannot_run() -> None:
    assert codes(graph([])) == ["no_nodes"]


def test_ten_thousand_nodes_in_a_row_are_checked() -> None:
    assert problems(chain(10_000)) == []


def test_ten_thousand_nodes_in_a_circle_are_one_finding() -> None:
    circle = chain(10_000)
    circle["edges"].append(edge("n9999", "n0"))

    assert codes(circle) == ["cycle"]


def test_more_nodes_than_ten_thousand_are_too_many() -> None:
    assert codes(chain(10_001)) == ["too_many_nodes"]


@given(well_formed)
def test_any_graph_gets_findings_and_no_surprise(raw: dict[str, Any]) -> None:
    for problem in problems(raw):
        assert problem.severity in ("error", "warning", "info")
        assert problem.message % {**problem.params, "field": ""}
