"""Workflows that start each other, wait for the result and may each run only so many times at once.

Their runs may come to wait for each other's places for ever: the first of each holds the place that the child of the
other one waits for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop

from workflows.graph.definition import Definition, Malformed, parse
from workflows.graph.problems import Problem
from workflows.models import Workflow
from workflows.services.calls import started_by

MOST: Final = 20
"""Workflows that are read in search of the way back."""
WAITS_IN_CIRCLE = gettext_noop(
    "Рабочий процесс «%(workflow)s» сам вызывает этот и ждёт его, а число одновременных запусков ограничено у обоих: "
    "их запуски могут ждать друг друга без конца. Снимите одно из ограничений или не ждите результата"
)


@dataclass(frozen=True)
class _Called:
    """A published workflow: its names, whether its runs wait in line, and whom they wait for."""

    names: frozenset[str]
    title: str
    limited: bool
    calls: frozenset[str]


def circle_problems(definition: Definition, own: Collection[str], project_id: int) -> Iterator[Problem]:
    """A warning for each node that awaits a workflow which awaits this one in its turn, with a limit in both.

    `own` are code and id of the workflow. What stands in other projects is not looked at.
    """
    if not own or not _limited(definition):
        return
    for node_id, name in _awaited(definition):
        if name not in own:
            found = _limited_on_the_way_back(name, own, project_id)
            if found is not None:
                yield Problem(
                    "waits_in_circle", WAITS_IN_CIRCLE, node_id, severity="warning", params={"workflow": found}
                )


def _limited_on_the_way_back(name: str, own: Collection[str], project_id: int) -> str | None:
    """The title of a workflow with a limit that `name` leads to, or is, and from which a way leads back."""
    known = _reach(name, own, project_id)
    back: set[str] = set(own)
    leading: list[_Called] = []
    while fresh := [one for one in known if one not in leading and one.calls & back]:
        leading += fresh
        back.update(*(one.names for one in fresh))
    return next((one.title for one in leading if one.limited), None)


def _reach(name: str, own: Collection[str], project_id: int) -> list[_Called]:
    """The workflows to which waiting leads from `name` on, at most `MOST`, without this one."""
    found: list[_Called] = []
    wanted = {name}
    while wanted and len(found) < MOST:
        met = set(own).union(*(one.names for one in found))
        fresh = list(_published(wanted - met, project_id, MOST - len(found)))
        found += fresh
        wanted = set().union(*(one.calls for one in fresh))
    return found


def _published(names: Collection[str], project_id: int, most: int) -> Iterator[_Called]:
    ids = [name for name in names if _is_id(name)]
    wanted = Workflow.objects.filter(Q(code__in=names) | Q(pk__in=ids), project_id=project_id, deleted_at=None)
    for flow in wanted.exclude(active_version=None).select_related("active_version").order_by("pk")[:most]:
        assert flow.active_version is not None  # noqa: S101 - the query says so
        try:
            definition = parse(flow.active_version.definition)
        except Malformed:
            continue
        calls = frozenset(called for _node, called in _awaited(definition))
        yield _Called(frozenset({flow.code, str(flow.pk)}), flow.name, _limited(definition), calls)


def _limited(definition: Definition) -> bool:
    limit = definition.settings.concurrency
    return limit is not None and limit.when_full == "queue"


def _awaited(definition: Definition) -> Iterator[tuple[str, str]]:
    """The nodes that wait for another workflow, and its name."""
    for node in definition.nodes:
        name = started_by(node)
        if name and node.config.get("wait", True) is not False and not node.settings.disabled:
            yield node.id, name


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
