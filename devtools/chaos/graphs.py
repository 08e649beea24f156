"""The workflows of a storm, and how each must end when nobody stops it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
QUICK_RETRY = {"attempts": 5, "delaySeconds": 0.2, "capSeconds": 1}
SUCCEEDED, FAILED, SKIPPED = "succeeded", "failed", "skipped"


@dataclass
class Shape:
    """A graph that is drawn call by call. `ends` is the run's last state, `steps` the last states that are certain."""

    name: str
    ledger: str
    ends: str = SUCCEEDED
    steps: dict[str, str] = field(default_factory=dict)
    nodes: list[JSON] = field(default_factory=list)
    edges: list[JSON] = field(default_factory=list)
    settings: JSON = field(default_factory=dict)
    code: str | None = None

    def node(
        self,
        id: str,
        type: str = "noop",
        config: Mapping[str, Any] | None = None,
        *,
        after: Sequence[str] = (),
        port: str | None = None,
        ends: str | None = SUCCEEDED,
        **settings: Any,
    ) -> str:
        """Add a node behind others; `port` names the output that leads here."""
        data: JSON = {"label": id, "config": dict(config or {})}
        if settings:
            data["settings"] = settings
        self.nodes.append({"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data})
        for source in after:
            self.edge(source, id, port)
        if ends is not None:
            self.steps[id] = ends
        return id

    def call(self, id: str, path: str = "/", **where: Any) -> str:
        """Add a node that calls the ledger."""
        return self.node(id, "http-request", {"url": f"{self.ledger}{path}", "timeout": 60}, **where)

    def edge(self, source: str, target: str, port: str | None = None) -> None:
        """Lead from one node to another, also back."""
        edge = {"id": f"{source}-{target}", "source": source, "target": target}
        self.edges.append({**edge, "sourceHandle": port} if port else edge)

    @property
    def body(self) -> JSON:
        """What `POST /workflows` takes."""
        definition = {"nodes": self.nodes, "edges": self.edges, "settings": self.settings}
        named = {"code": self.code} if self.code else {}
        return {"name": f"Chaos: {self.name}", "definition": definition, "priority": 5, **named}


def chain(ledger: str) -> Shape:
    """Calls and steps without effect by turns."""
    shape = Shape("chain", ledger)
    last = shape.node("start")
    for number in range(3):
        last = shape.call(f"call-{number}", "/slow?seconds=0.4", after=[last])
        last = shape.node(f"step-{number}", after=[last])
    return shape


def fan(ledger: str) -> Shape:
    """Wide, joined, and a call behind the join."""
    shape = Shape("fan", ledger)
    shape.node("start")
    arms = [shape.call(f"arm-{n}", "/slow?seconds=1" if n % 3 else "/", after=["start"]) for n in range(8)]
    shape.node("join", after=arms, join="all_resolved")
    shape.call("after", after=["join"])
    return shape


def branches(ledger: str) -> Shape:
    """One branch lives, the other is dead down to the join, which goes on with the living one."""
    shape = Shape("branches", ledger)
    shape.node("start")
    shape.node("fork", "if", {"conditions": [{"field": "lot", "op": "gte", "value": 0}]}, after=["start"])
    shape.call("living", after=["fork"], port="true")
    shape.call("dead", after=["fork"], port="false", ends=SKIPPED)
    shape.node("deader", after=["dead"], ends=SKIPPED)
    shape.node("join", after=["living", "deader"], join="all_resolved")
    shape.call("after", after=["join"])
    return shape


def retries(ledger: str) -> Shape:
    """Fails twice, then works."""
    shape = Shape("retries", ledger)
    shape.node("start")
    flaky = {"transient": True, "times": 2}
    shape.node("flaky", "fail", flaky, after=["start"], retry=QUICK_RETRY)
    shape.call("after", after=["flaky"])
    return shape


def rest(ledger: str) -> Shape:
    """Sleeps as a row."""
    shape = Shape("rest", ledger)
    shape.node("start")
    shape.node("rest", "delay", {"seconds": 1.5}, after=["start"])
    shape.call("after", after=["rest"])
    return shape


def loop(ledger: str) -> Shape:
    """Three answers, each handed to a call of its own, one after the other."""
    shape = Shape("loop", ledger)
    shape.node("start")
    first = [shape.call(f"first-{number}", after=["start"]) for number in range(3)]
    shape.node("collect", after=first, join="all_resolved")
    shape.node("each", "loop", after=["collect"])
    shape.call("body", "/slow?seconds=0.3", after=["each"], port="loop")
    shape.edge("body", "each")
    shape.node("end", after=["each"], port="done")
    return shape


def slow(ledger: str) -> Shape:
    """Holds a worker for longer than the short lease, so that it must be renewed, and stores what it adds up."""
    shape = Shape("slow", ledger)
    shape.node("start")
    shape.call("long", "/slow?seconds=6", after=["start"])
    total = [{"name": "lots", "field": "status", "operation": "sum"}]
    shape.node("total", "data-aggregator", {"groupBy": "status", "aggregations": total}, after=["long"])
    return shape


def doomed(ledger: str) -> Shape:
    """One arm fails for good while the other is at work: the run fails and nothing behind it starts."""
    shape = Shape("doomed", ledger, ends=FAILED)
    shape.node("start")
    shape.node("fatal", "fail", {}, after=["start"], ends=None)
    shape.call("beside", "/slow?seconds=0.5", after=["start"], ends=None)
    shape.node("never", after=["fatal"], ends="cancelled")
    return shape


INNER = "CHAOS-INNER"


def inner(ledger: str) -> Shape:
    """What `outer` starts."""
    shape = Shape("inner", ledger, code=INNER)
    shape.node("start")
    shape.call("work", "/slow?seconds=0.4", after=["start"])
    return shape


def outer(ledger: str) -> Shape:
    """Starts another run and waits for it, then one that it forgets."""
    shape = Shape("outer", ledger)
    shape.node("start")
    shape.node("wait", "sub-workflow", {"workflow": INNER}, after=["start"])
    shape.node("forget", "sub-workflow", {"workflow": INNER, "wait": False}, after=["wait"])
    shape.call("after", after=["forget"])
    return shape


NARROW_LIMIT = 3


def narrow(ledger: str) -> Shape:
    """A few at once, the others wait in line."""
    shape = Shape("narrow", ledger, settings={"concurrency": {"limit": NARROW_LIMIT}})
    shape.node("start")
    shape.call("work", "/slow?seconds=0.5", after=["start"])
    return shape


def big(ledger: str, nodes: int) -> Shape:
    """A chain of many steps without effect."""
    shape = Shape(f"{nodes} nodes", ledger)
    last = shape.node("n0")
    for number in range(1, nodes):
        last = shape.node(f"n{number}", after=[last])
    return shape


DRAWN: Sequence[tuple[Callable[[str], Shape], int]] = (
    (chain, 5),
    (fan, 2),
    (branches, 4),
    (retries, 3),
    (rest, 2),
    (loop, 2),
    (slow, 3),
    (doomed, 1),
    (outer, 2),
    (narrow, 3),
)
"""How often each shape is started, relative to the others."""
