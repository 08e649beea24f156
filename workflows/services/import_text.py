"""What became of imported files, for machines and for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflows.services import wording
from workflows.services.importing import Outcome


def as_rows(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """`{file, name, workflowId, code, error, converted, nodes, switchOver, problems}` for every document."""
    return [_row(outcome) for outcome in outcomes]


def _row(outcome: Outcome) -> dict[str, Any]:
    workflow = outcome.workflow
    version = None if workflow is None else workflow.newest_version
    return {
        "file": outcome.file,
        "name": outcome.name,
        "workflowId": None if workflow is None else str(workflow.id),
        "code": None if workflow is None else workflow.code,
        "error": outcome.error,
        "converted": outcome.converted,
        "nodes": list(outcome.nodes),
        "switchOver": {
            "credentials": list(outcome.switch_over.get("credentials", ())),
            "hooks": list(outcome.switch_over.get("hooks", ())),
            "schedules": list(outcome.switch_over.get("schedules", ())),
        },
        "problems": [] if version is None else wording.shown(version.problems),
    }
