"""The node type `emit-event`."""

from __future__ import annotations

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent
from workflows.notes import Happening


def test_each_item_is_an_event_of_its_own() -> None:
    config = {"event": "order.paid", "subject": "{{ $json.id }}", "dedupKey": "{{ $json.id }}"}
    outcome = run("emit-event", config, items=[{"id": 1}, {"id": 2}])
    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": [{"id": 1}, {"id": 2}]}
    assert outcome.notes == (
        Happening("order.paid", "1", {"id": 1}, "1"),
        Happening("order.paid", "2", {"id": 2}, "2"),
    )


def test_an_event_needs_a_name() -> None:
    assert "event" in faults("emit-event", {"event": ""})


def test_a_step_tells_of_so_many_events_and_no_more() -> None:
    """Issue 6, line 8: each event is a row and may start runs of its own."""
    with pytest.raises(Permanent) as caught:
        run("emit-event", {"event": "order.paid"}, items=[{"id": number} for number in range(1001)])
    assert (caught.value.code, caught.value.details) == ("too_many_events", {"count": 1001, "limit": 1000})
