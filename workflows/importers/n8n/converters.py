"""PURE: what converts which type of n8n, by the type. Loaded for the first document: most processes never see one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from workflows.importers.n8n.conversion import Convert

PACKAGES = ("nodes", "vendors", "ai")
"""Folders beside this file, each with a `TABLE`. Of two converters of a type the later folder's counts."""


@cache
def converters() -> Mapping[str, Convert]:
    """All there are."""
    here = __name__.rpartition(".")[0]
    return {kind: convert for name in PACKAGES for kind, convert in import_module(f"{here}.{name}").TABLE.items()}
