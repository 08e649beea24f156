"""Nodes with files at hand: a project that keeps them, and items that carry some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts import services as accounts
from integrations.files import FileStore
from integrations.scope import CallScope
from tests.nodes.context import StandaloneContext
from workflows import catalogue
from workflows.items import attached
from workflows.node_type import Done, Item


def project() -> int:
    return accounts.default_project().pk


def scope(**parts: Any) -> CallScope:
    return CallScope(project=project, **parts)


def carrying(name: str, data: bytes, *, mime: str = "", **fields: Any) -> Item:
    """An item with this file under the usual name."""
    file = FileStore(project()).put(data, name=name, mime=mime)
    return attached.with_files(fields, {attached.USUAL: file})


def content(item: Item, name: str = attached.USUAL) -> bytes:
    return FileStore(project()).read(attached.files_of(item)[name])


def items_of(node_type: str, config: Mapping[str, Any], items: Sequence[Item]) -> list[Item]:
    """What leaves the first output."""
    found = catalogue.get(node_type)
    outcome = found.run(StandaloneContext(found, config, items, scope=scope()))
    assert isinstance(outcome, Done), outcome
    return list(outcome.ports["out"])
