"""The link report over many workflows: what is wrong, what ends rightly, what could be better, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language

from workflows.errors import NotADefinition
from workflows.graph.links.findings import analyse
from workflows.graph.links.model import LinkGraph, Terminality
from workflows.graph.links.wording import Finding
from workflows.importers.n8n import link_graph as n8n
from workflows.importers.n8n.document import NotAWorkflow, read
from workflows.models import Workflow, WorkflowVersion
from workflows.services import wording
from workflows.services.checking import read_definition
from workflows.services.link_check import link_findings, link_graph
from workflows.services.uploads import documents

REMEMBERED: Final = 2_000
"""How many analysed versions a process keeps: findings are few and short."""


@dataclass(frozen=True)
class Told:
    """A finding in the reader's words; `node` is its name, "" for the whole workflow."""

    code: str
    severity: str
    node: str
    message: str
    suggestion: str


@dataclass(frozen=True)
class Entry:
    """A workflow in the report: by file, or by code and version. `error` says why it cannot be read.

    `terminals` are the names of live nodes with which branches end, by how they do.
    """

    file: str
    name: str
    findings: tuple[Told, ...] = ()
    terminals: Mapping[Terminality, tuple[str, ...]] | None = None
    error: str | None = None
    version: str = ""
    saved_at: datetime | None = None

    @property
    def ready(self) -> bool:
        return self.error is None and not any(finding.severity == "error" for finding in self.findings)


def report_on_files(files: Iterable[tuple[str, bytes]]) -> list[Entry]:
    """The report on documents of n8n, or of ours, in files `(name, content)`."""
    return [
        Entry(brought.file, "", error=brought.error) if brought.error else _of_document(brought.file, brought.document)
        for brought in documents(files)
    ]


def report_on_workflows(workflows: Iterable[Workflow]) -> Iterator[Entry]:
    """The report on the newest versions of stored workflows. What was analysed once is remembered."""
    language = get_language()
    for workflow in workflows:
        known = None if workflow.newest_version_id is None else _analysed(workflow.newest_version_id, language)
        if known is not None:
            yield replace(known, file=workflow.code, name=workflow.name)


@lru_cache(maxsize=REMEMBERED)
def _analysed(version_id: UUID, language: str | None) -> Entry | None:
    """Versions never change, so this is right for ever; the words of the findings are of the `language`."""
    version = WorkflowVersion.objects.get(id=version_id)
    if not version.definition.get("nodes"):
        return None
    return _of_definition("", "", version.definition, version=version.label, saved_at=version.created_at)


def as_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The report for machines: `{file, name, ready, findings}`, and `error` where there is one."""
    return [
        {
            "file": entry.file,
            "name": entry.name,
            "ready": entry.ready,
            **({"version": entry.version} if entry.version else {}),
            **({"error": entry.error} if entry.error else {}),
            "findings": [
                {
                    "code": one.code,
                    "severity": one.severity,
                    "node": one.node,
                    "message": one.message,
                    "suggestion": one.suggestion,
                }
                for one in entry.findings
            ],
        }
        for entry in entries
    ]


def _of_document(file: str, document: Any) -> Entry:
    if isinstance(document, Mapping) and isinstance(document.get("definition"), Mapping):
        return _of_definition(file, str(document.get("name") or ""), document["definition"])
    try:
        found = read(document)
    except NotAWorkflow as refused:
        return Entry(file, "", error=wording.filled(refused.message, refused.params))
    graph = n8n.link_graph(found)
    return Entry(file, found.name, _told(analyse(graph)), _terminals(graph))


def _of_definition(
    file: str, name: str, raw: Mapping[str, Any], *, version: str = "", saved_at: datetime | None = None
) -> Entry:
    try:
        definition = read_definition(raw)
    except NotADefinition as refused:
        return Entry(file, name, error=str(refused.message), version=version, saved_at=saved_at)
    graph = link_graph(raw, definition)
    findings = _told(link_findings(graph, definition))
    return Entry(file, name, findings, _terminals(graph), None, version, saved_at)


def _told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    return tuple(
        Told(
            one.code,
            one.severity,
            one.node,
            wording.filled(one.message, one.params),
            wording.filled(one.suggestion, one.params),
        )
        for one in findings
    )


def _terminals(graph: LinkGraph) -> dict[Terminality, tuple[str, ...]]:
    """Nodes with an input and no output, which is how a branch ends."""
    found: dict[Terminality, list[str]] = {}
    for node in graph.working:
        if node.family is None and node.trigger is None and graph.ins.get(node.id) and not graph.outs.get(node.id):
            found.setdefault(node.terminality, []).append(node.name)
    return {kind: tuple(names) for kind, names in found.items()}
