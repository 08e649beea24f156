"""A node type that names an output which it does not have: its step fails instead of skipping all that follows."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import BaseModel

from tests.integration.executions.driving import definition, drain, items, start, status, step
from workflows import catalogue
from workflows.node_type import Done, NodeContext, NodeType, Outcome, Port, Wait


class Misspelt(NodeType):
    """A node type with a defect."""

    type = "misspelt"
    title = "Misspelt"
    description = "Sends its items by a port that it does not have."
    group = "flow"
    inputs = (Port("in", "In"),)
    outputs = (Port("yes", "Yes"), Port("no", "No"))
    outcome: ClassVar[Outcome]

    class Config(BaseModel):
        """Nothing to set."""

    def run(self, context: NodeContext) -> Outcome:
        return self.outcome


def run_with(anna, monkeypatch, outcome: Outcome, **data):
    monkeypatch.setitem(catalogue._foreign().found, "misspelt", (Misspelt(), ""))
    monkeypatch.setattr(Misspelt, "outcome", outcome, raising=False)
    what = definition([("a", "misspelt", data), ("b", "noop")], [("a", "b", "yes")])
    run = start(anna, what, input_data={"n": 1})
    drain()
    return run


@pytest.mark.parametrize(
    "outcome",
    [Done({"yse": [{"n": 1}]}), Done({"yes": [], "out": []}), Wait(seconds=1, on_timeout="out")],
    ids=["misspelt", "one too many", "for later"],
)
def test_a_port_that_the_type_does_not_have_fails_the_step(anna, monkeypatch, outcome):
    run = run_with(anna, monkeypatch, outcome)
    error = step(run, "a").error
    assert (status(run), error["code"]) == ("failed", "unknown_port")
    assert error["details"]["known"] == ["yes", "no"]
    assert error["details"]["port"] in ("yse", "out")


def test_every_type_may_send_by_its_error_port(anna, monkeypatch):
    run = run_with(anna, monkeypatch, Done({"yes": [], "error": [{"error": "half"}]}))
    assert (status(run), step(run, "b").status) == ("succeeded", "succeeded")


def test_such_a_failure_is_handled_like_others(anna, monkeypatch):
    run = run_with(anna, monkeypatch, Done({"yse": []}), settings={"onError": "continue"})
    assert status(run) == "succeeded"
    assert items(run, "a", "yes")[0]["error"]["code"] == "unknown_port"
