"""PURE: a workflow as the link analysis sees it: nodes with what their type does, and links by output and input.

Outputs and inputs are counted from 0 as n8n counts them, so that one analysis serves both notations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

MAIN = "main"

Terminality = Literal["complete", "respond", "notification", "save-error", "stop", "other"]
"""How a branch may end in a node. Every one of them is a legal end; the class is for people to read."""


@dataclass(frozen=True, slots=True)
class LinkNode:
    """A node. `outputs` are the names of its outputs, None where nobody knows them; `inputs` how many it has.

    `trigger` is the kind of trigger, `family` the kind of link by which a sub-node (model, memory, tool …) hangs on its
    parent. `error_output` is the place of the output for failures, if it has one. `loop` are the places of a batch
    loop's outputs `(body, done)`, with None for a done that is not there. `refs` are the nodes that its texts name.
    """

    id: str
    name: str
    type: str
    disabled: bool = False
    remark: bool = False
    trigger: str | None = None
    family: str | None = None
    inputs: int | None = 1
    outputs: tuple[str, ...] | None = ("main",)
    error_output: int | None = None
    branch: Literal["if", "switch"] | None = None
    routes: bool = False
    gathers: bool = False
    loop: tuple[int, int | None] | None = None
    waits: bool = False
    answers: bool = False
    answer_mode: str | None = None
    needs_model: bool = False
    terminality: Terminality = "other"
    notifies: bool = False
    saves_error: bool = False
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two nodes that are there, by their ids."""

    source: str
    target: str
    kind: str = MAIN
    output: int = 0
    input: int = 0


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """What was written as a link and is none. `code` is that of its finding, `params` fill the finding's message."""

    code: str
    node: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkGraph:
    """All of it. `strict` says that whatever nothing leads to is a fault, as in n8n."""

    nodes: tuple[LinkNode, ...]
    links: tuple[Link, ...]
    broken: tuple[BrokenLink, ...] = ()
    strict: bool = True

    @cached_property
    def by_id(self) -> dict[str, LinkNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def by_name(self) -> dict[str, LinkNode]:
        """The first node of every name."""
        found: dict[str, LinkNode] = {}
        for node in self.nodes:
            found.setdefault(node.name, node)
        return found

    @cached_property
    def outs(self) -> Mapping[str, Sequence[Link]]:
        """The main links that leave each node."""
        return _grouped((link.source, link) for link in self.links if link.kind == MAIN)

    @cached_property
    def ins(self) -> Mapping[str, Sequence[Link]]:
        """The main links that lead into each node."""
        return _grouped((link.target, link) for link in self.links if link.kind == MAIN)

    @cached_property
    def parents(self) -> Mapping[str, Sequence[Link]]:
        """The links by which each sub-node hangs on others."""
        return _grouped((link.source, link) for link in self.links if link.kind != MAIN)

    @cached_property
    def helpers(self) -> Mapping[str, Sequence[Link]]:
        """The links by which others hang on each node."""
        return _grouped((link.target, link) for link in self.links if link.kind != MAIN)

    @cached_property
    def linked(self) -> frozenset[str]:
        """Nodes with any link at all."""
        return frozenset(end for link in self.links for end in (link.source, link.target))

    @cached_property
    def working(self) -> tuple[LinkNode, ...]:
        """All but remarks."""
        return tuple(node for node in self.nodes if not node.remark)

    def follow(self, starts: Iterable[str], *, through_disabled: bool = False) -> set[str]:
        """Nodes that main links lead to from `starts`, those included.

        A disabled node hands its first input to its first output and nothing else, unless `through_disabled`.
        """
        seen = set(starts)
        waiting = list(seen)
        while waiting:
            name = waiting.pop()
            passes_only_first = self.by_id[name].disabled and not through_disabled
            for link in self.outs.get(name, ()):
                if link.target not in seen and not (passes_only_first and link.output != 0):
                    seen.add(link.target)
                    waiting.append(link.target)
        return seen


def _grouped(pairs: Iterable[tuple[str, Link]]) -> Mapping[str, Sequence[Link]]:
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for name, link in pairs:
        found[name].append(link)
    return found
