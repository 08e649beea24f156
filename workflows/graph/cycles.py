"""PURE: cycles in a graph, without recursion and in time O(nodes + edges)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def cycles(successors: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The groups of nodes that can reach one another (Tarjan), each and all in the order of `successors`.

    A node that only leads to itself is no group.
    """
    place = {node: position for position, node in enumerate(successors)}
    groups = [sorted(group, key=place.__getitem__) for group in _components(successors) if len(group) > 1]
    return sorted(groups, key=lambda group: place[group[0]])


def circles(successors: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The groups of `cycles`, and after them nodes of no group that only lead to themselves. No node is in two."""
    groups = cycles(successors)
    grouped = {name for group in groups for name in group}
    return groups + [[name] for name, targets in successors.items() if name in targets and name not in grouped]


def _components(successors: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    waiting: list[str] = []
    is_waiting: set[str] = set()
    for start in successors:
        if start in order:
            continue
        path = [(start, iter(successors[start]))]
        order[start] = low[start] = len(order)
        waiting.append(start)
        is_waiting.add(start)
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    yield _take(node, waiting, is_waiting)
            elif following not in order:
                order[following] = low[following] = len(order)
                waiting.append(following)
                is_waiting.add(following)
                path.append((following, iter(successors[following])))
            elif following in is_waiting:
                low[node] = min(low[node], order[following])


def _take(node: str, waiting: list[str], is_waiting: set[str]) -> list[str]:
    component = []
    while True:
        member = waiting.pop()
        is_waiting.discard(member)
        component.append(member)
        if member == node:
            return component
