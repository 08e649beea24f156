"""Which nodes a loop takes in, and which loops cannot be run."""

from __future__ import annotations

from workflows.graph.loops import Link, find, leads_back


def links(text: str) -> list[Link]:
    """Edges written as `a>b`, `a:port>b`, and `a>b*3` for one that leads back at most three times."""
    found = []
    for place, word in enumerate(text.split()):
        body, _star, limit = word.partition("*")
        start, _arrow, target = body.partition(">")
        source, _colon, port = start.partition(":")
        found.append(Link(f"e{place}", source, target, port or None, int(limit) if limit else None))
    return found


def regions(text: str, *loops: str):
    edges = links(text)
    nodes = list(dict.fromkeys(name for link in edges for name in (link.source, link.target)))
    return find(nodes, edges, loops)


def test_a_loop_node_takes_in_what_only_its_port_reaches():
    found, faults = regions("start>each each:loop>a a>b b>each each:done>end", "each")
    assert not faults
    assert [(region.header, region.kind, set(region.members)) for region in found] == [("each", "items", {"a", "b"})]


def test_a_body_needs_no_edge_back_to_its_loop_node():
    found, _faults = regions("start>each each:loop>a a>b each:done>end", "each")
    assert found[0].members == {"a", "b"}


def test_a_node_behind_both_ports_is_outside_the_loop():
    found, faults = regions("start>each each:loop>a a>after each:done>after", "each")
    assert not faults
    assert found[0].members == {"a"}


def test_a_guarded_edge_takes_in_what_lies_between_its_ends():
    found, faults = regions("start>write write>check check:no>write*5 check:yes>end check>log")
    assert not faults
    assert (found[0].header, found[0].kind, found[0].limit) == ("write", "back", 5)
    assert found[0].members == {"write", "check"}


def test_two_guarded_edges_to_one_node_are_one_loop_with_the_smaller_limit():
    found, _faults = regions("s>a a>b b>c c>a*9 b>a*4")
    assert len(found) == 1
    assert (found[0].members, found[0].limit) == ({"a", "b", "c"}, 4)


def test_loops_lie_inside_one_another():
    found, faults = regions(
        "s>outer outer:loop>inner inner:loop>a a>inner inner:done>b b>outer outer:done>e", "outer", "inner"
    )
    assert not faults
    assert [(region.header, region.parent) for region in found] == [("outer", None), ("inner", 0)]
    assert found[0].members == {"inner", "a", "b"}


def test_a_guarded_loop_around_a_loop_node_takes_in_its_whole_body():
    found, faults = regions("s>h h>each each:loop>a a>dead each:done>c c>h*3 c>e", "each")
    assert not faults
    assert found[0].members == {"h", "each", "a", "dead", "c"}


def test_a_guarded_loop_in_the_body_of_a_loop_node_lies_inside_it():
    found, faults = regions("s>each each:loop>a a>b b>a*3 b>each each:done>e", "each")
    assert not faults
    assert [(region.header, region.parent) for region in found] == [("each", None), ("a", 0)]


def test_a_loop_that_is_entered_in_its_middle_is_irregular():
    _found, faults = regions("s>a a>b b>a*3 s>b")
    assert {fault.header for fault in faults} == {"a"}


def test_a_loop_in_whose_middle_a_run_begins_is_irregular():
    """Also where an edge leads back to the node at which it begins: its header would wait for what waits for it."""
    for edges in ("s>a a>b b>a*3 x>b", "x>b b>x*2 b>c c>h h>d d>h*3 b>d"):
        _found, faults = regions(edges)
        assert faults


def test_loops_that_overlap_are_irregular():
    _found, faults = regions("s>a a>b b>c c>a*3 c>d d>b*3")
    assert faults


def test_a_node_may_lead_back_to_itself():
    found, faults = regions("s>a a>a*3 a>e")
    assert not faults
    assert found[0].members == {"a"}


def test_only_closing_edges_lead_back():
    edges = links("start>each each:loop>a a>each each:done>b b>start*2")
    found, _faults = find(["start", "each", "a", "b"], edges, {"each"})
    assert [link.id for link in edges if leads_back(link, found)] == ["e2", "e4"]
