"""Holding the working calendars that a definition names against those of its project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_noop

from tickets.services import calendars
from workflows.graph.definition import Definition
from workflows.graph.problems import Problem

WAITING = "trigger-absence"
MISSING = gettext_noop(
    "Рабочего календаря «%(calendar)s» в этом проекте нет, время пойдёт круглосуточно: исправьте поле calendar "
    "или создайте календарь"
)


def calendar_problems(definition: Definition, project_id: int) -> Iterator[Problem]:
    """A warning for every calendar that is not there, since without one the time counts day and night."""
    absences = [node for node in definition.nodes if node.type == WAITING and isinstance(node.config, Mapping)]
    found = [(node.id, node.config.get("calendar")) for node in absences]
    named = [(node_id, name) for node_id, name in found if isinstance(name, str) and name]
    wanted = {name for _node, name in named}
    known = calendars.known_of(project_id, wanted) if wanted else set()
    for node_id, name in named:
        if name not in known:
            yield Problem("calendar_missing", MISSING, node_id, severity="warning", params={"calendar": name})
