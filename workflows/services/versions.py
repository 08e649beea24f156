"""Looking at the versions of a workflow and at what changed between two of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from workflows.errors import VersionNotFound, WorkflowNotFound
from workflows.models import Workflow, WorkflowVersion, WorkflowVersionQuerySet

NUMBER = re.compile(r"v?(\d{1,9})", re.ASCII)


def versions_of(*, workflow_id: UUID, user: Any) -> WorkflowVersionQuerySet:
    """The versions of a workflow, newest first; raises `WorkflowNotFound`."""
    return _versions(workflow_id, user).saved()


def _versions(workflow_id: UUID, user: Any) -> WorkflowVersionQuerySet:
    """With those that were only tried."""
    if not Workflow.objects.visible_to(user).filter(id=workflow_id).exists():
        raise WorkflowNotFound
    return WorkflowVersion.objects.filter(workflow_id=workflow_id).select_related("created_by")


def version_of(*, workflow_id: UUID, user: Any, name: str) -> WorkflowVersion:
    """One version by its id, its number or its label; raises `WorkflowNotFound`, `VersionNotFound`.

    By its id also what a test has run.
    """
    versions = _versions(workflow_id, user)
    if (numbered := NUMBER.fullmatch(name)) is not None:
        found = versions.saved().filter(number=int(numbered[1])).first()
    else:
        version_id = _uuid(name)
        found = versions.filter(id=version_id).first() if version_id else None
    if found is None:
        raise VersionNotFound
    return found


def diff_versions(*, older: WorkflowVersion, newer: WorkflowVersion) -> dict[str, Any]:
    """What changed: `{from, to, nodes, edges, definition}`.

    `nodes` and `edges` are `{added, removed, changed}` by id, where a changed one is `{id, changes}`; `definition`
    are the changes beside nodes and edges. A change is `{path, from, to}`; what was not there is null.
    """
    return {
        "from": older.label,
        "to": newer.label,
        "nodes": _diff_parts(older.definition, newer.definition, "nodes"),
        "edges": _diff_parts(older.definition, newer.definition, "edges"),
        "definition": _changes(_rest(older.definition), _rest(newer.definition)),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _rest(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key not in ("nodes", "edges")}


def _diff_parts(older: Mapping[str, Any], newer: Mapping[str, Any], name: str) -> dict[str, Any]:
    before, after = _by_id(older.get(name)), _by_id(newer.get(name))
    return {
        "added": [part for part_id, part in after.items() if part_id not in before],
        "removed": [part for part_id, part in before.items() if part_id not in after],
        "changed": [
            {"id": part_id, "changes": _changes(before[part_id], part)}
            for part_id, part in after.items()
            if part_id in before and before[part_id] != part
        ],
    }


def _by_id(parts: list[Mapping[str, Any]] | None) -> dict[str, Mapping[str, Any]]:
    """Edges need no id: then what they connect names them."""
    return {
        str(part.get("id") or f"{part.get('source')} → {part.get('target')}"): part for part in reversed(parts or [])
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Changed values with the path to each, sorted; objects are compared inside, lists as a whole."""
    changes = []
    open_pairs: list[tuple[tuple[str, ...], Any, Any]] = [((), before, after)]
    while open_pairs:
        path, old, new = open_pairs.pop()
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            open_pairs.extend(((*path, key), old.get(key), new.get(key)) for key in {**old, **new})
        elif old != new:
            changes.append({"path": ".".join(path), "from": old, "to": new})
    return sorted(changes, key=lambda change: change["path"])
