"""Bringing workflows in: exports of n8n and of ours. A document comes in whole or not at all, always as a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from accounts import services as accounts_services
from accounts.errors import DomainError
from integrations.safe_json import UnsafeJSON
from workflows import catalogue
from workflows.errors import InvalidDefinition
from workflows.graph import expressions
from workflows.importers.n8n.cures import cure
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import NotAWorkflow, read
from workflows.importers.n8n.exporting import to_document
from workflows.models import DEFAULT_PRIORITY, MAX_PRIORITY, Workflow
from workflows.node_type import NodeType
from workflows.services import configs, wording
from workflows.services.pinning import pin_brought
from workflows.services.saving import NAME_LENGTH, Particulars, create_workflow
from workflows.services.uploads import Brought, documents

log = structlog.get_logger(__name__)

FORMAT = "naryad"
NOT_KNOWN = gettext_noop("Это не рабочий процесс: ни n8n, ни этой системы")
NO_NAME = gettext_noop("Без названия")
NO_SUCH_NODE = gettext_noop("Выражение обращается к узлу «%(node)s», которого в процессе нет")


@dataclass(frozen=True)
class Outcome:
    """What became of a file: a workflow, or `error` in the reader's words.

    `nodes` are `{name, original, type, partOf, reasons}`, `switch_over` what has to be done before it takes over.
    """

    file: str
    name: str = ""
    workflow: Workflow | None = None
    error: str | None = None
    nodes: tuple[dict[str, Any], ...] = ()
    switch_over: Mapping[str, Any] = field(default_factory=dict)

    @property
    def converted(self) -> bool:
        return self.error is None and not any(node["type"] == "unsupported" or node["reasons"] for node in self.nodes)


def import_files(*, user: Any, files: Iterable[tuple[str, bytes]]) -> list[Outcome]:
    """A draft for every document in the files `(name, content)`; what cannot be read is told and hinders nobody else.

    Raises `Forbidden` when `user` may not change workflows anywhere.
    """
    accounts_services.project_for(user, action="workflow.edit")
    return [_import(user, brought) for brought in documents(files)]


def look_at_files(*, files: Iterable[tuple[str, bytes]]) -> list[Outcome]:
    """What would become of the files, without saving anything."""
    return [_import(None, brought) for brought in documents(files)]


def export_workflow(workflow: Workflow) -> dict[str, Any]:
    """The newest version as a document that can be brought in again without loss."""
    return {
        "format": FORMAT,
        "name": workflow.name,
        "code": workflow.code,
        "description": workflow.description,
        "kind": workflow.kind,
        "priority": workflow.priority,
        "definition": {} if workflow.newest_version is None else workflow.newest_version.definition,
    }


def export_to_n8n(workflow: Workflow) -> dict[str, Any]:
    """The newest version in n8n's notation. Raises `InvalidDefinition` when there is none."""
    if workflow.newest_version is None or not workflow.newest_version.definition.get("nodes"):
        raise InvalidDefinition
    try:
        return to_document(workflow.newest_version.definition, workflow.name)
    except NotAWorkflow:
        raise InvalidDefinition from None


def _import(user: Any, brought: Brought) -> Outcome:
    """One document. Without a user nothing is saved."""
    if brought.error is not None:
        return Outcome(brought.file, error=brought.error)
    try:
        return _taken(user, brought.file, brought.document)
    except NotAWorkflow as refused:
        return Outcome(brought.file, error=wording.filled(refused.message, refused.params))
    except UnsafeJSON as refused:
        return Outcome(
            brought.file, error=gettext("Документ нельзя сохранить: %(reason)s") % {"reason": refused.reason}
        )
    except DomainError as refused:
        reason = refused.details.get("reason")
        return Outcome(brought.file, error=f"{refused.message}: {reason}" if reason else str(refused.message))


def _taken(user: Any, file: str, document: Any) -> Outcome:
    if isinstance(document, Mapping) and document.get("format") == FORMAT:
        particulars, definition, found = _ours(file, document), document.get("definition"), None
    elif isinstance(document, Mapping) and "nodes" in document:
        found = to_definition(read(document))
        particulars, definition = Particulars(_name(document.get("name"), file)), found.definition
    else:
        raise NotAWorkflow(NOT_KNOWN)
    workflow = None
    if user is not None:
        with transaction.atomic():
            workflow = create_workflow(user=user, particulars=particulars, definition=definition, draft=True)
            pin_brought(workflow=workflow, user=user, pins={} if found is None else found.pins)
        log.info("workflow imported", workflow_id=str(workflow.id), complete=found is None or found.is_complete)
    return Outcome(file, particulars.name, workflow, None, _nodes(found), _switch_over(found))


def _ours(file: str, document: Mapping[str, Any]) -> Particulars:
    """A code that is taken here is no code: the workflow gets a new one. So particulars leave it out."""
    kind, priority, description = document.get("kind"), document.get("priority"), document.get("description")
    is_priority = isinstance(priority, int) and not isinstance(priority, bool) and 0 <= priority <= MAX_PRIORITY
    return Particulars(
        name=_name(document.get("name"), file),
        description=description if isinstance(description, str) else "",
        kind=kind if isinstance(kind, str) and kind in Workflow.Kind.values else Workflow.Kind.FLOW,
        priority=priority if isinstance(priority, int) and is_priority else DEFAULT_PRIORITY,
    )


def _name(written: Any, file: str) -> str:
    name = written.strip() if isinstance(written, str) else ""
    return (name or PurePosixPath(file).stem or gettext(NO_NAME))[:NAME_LENGTH]


def _nodes(found: Imported | None) -> tuple[dict[str, Any], ...]:
    """What became of each node, the reasons in the reader's language."""
    unusable = {} if found is None else _unusable(found)
    return tuple(
        {
            "name": node.name,
            "original": node.original,
            "type": node.type,
            "partOf": node.part_of,
            "reasons": [
                *(_told(reason["message"], reason["params"]) for reason in node.reasons),
                *(() if node.part_of or node.reasons else unusable.get(node.name, ())),
            ],
        }
        for node in (() if found is None else found.nodes)
    )


def _told(message: str, params: Mapping[str, Any]) -> str:
    """A reason and what to do about it."""
    todo = cure(message, params)
    return ". ".join((wording.filled(message, params), *((gettext(todo),) if todo else ())))


def _unusable(found: Imported) -> dict[str, list[str]]:
    """Why nodes can run nowhere as they are written, by their names: broken expressions and programs, values that were
    never filled in, nodes asked for that the workflow does not have."""
    converted = {node.name for node in found.nodes if node.part_of is None and not node.reasons}
    known = {one.type for one in catalogue.all_types()}
    written = [
        node
        for node in found.definition["nodes"]
        if node["data"]["label"] in converted and node["type"] in known and isinstance(node["data"]["config"], Mapping)
    ]
    checked = [(catalogue.get(node["type"]), node["data"]["config"]) for node in written]
    names = {node.name for node in found.nodes}
    return {
        node["data"]["label"]: [
            *(wording.config_message(fault.field, fault.message, fault.params, fault.title) for fault in faults),
            *(gettext(NO_SUCH_NODE) % {"node": name} for name in sorted(_asked(node_type, config) - names)),
        ]
        for node, (node_type, config), faults in zip(written, checked, configs.unusable(checked), strict=True)
    }


def _asked(node_type: NodeType, config: Mapping[str, Any]) -> frozenset[str]:
    """The nodes that the expressions of a config name; a program may have a way to do without."""
    return expressions.needs({name: value for name, value in config.items() if name not in node_type.programs}).nodes


def _switch_over(found: Imported | None) -> dict[str, Any]:
    return {} if found is None else asdict(found.switch_over)
