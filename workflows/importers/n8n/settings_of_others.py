"""PURE: expressions that ask for settings of another node: `$("Name").params.url`, `$node["Name"].parameter["url"]`.

Here expressions see items and no settings. What was written out there is written out where it is asked for, once, when
the document comes in; an expression that asks for anything else is left as it is, and is refused later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows.importers.n8n.document import Document
from workflows.items import paths

_ASKED = re.compile(
    r"""\$(?:\(\s*["'`](?P<modern>[^"'`\\]+)["'`]\s*\)\.params|node\[\s*["'](?P<old>[^"'\\]+)["']\s*\]\.parameter)"""
    r"""(?P<path>(?:\.[A-Za-z_]\w*|\[\s*(?:\d{1,9}|"[^"\\\]]+"|'[^'\\\]]+')\s*\])+)"""
)


def with_settings_of_others(document: Document) -> Document:
    """The document with what its expressions ask of other nodes' settings in its place."""
    if not any(".param" in str(node.raw.get("parameters")) for node in document.nodes):
        return document
    settings = {node.name: node.parameters for node in reversed(document.nodes)}
    nodes = tuple(replace(node, parameters=_filled(node.parameters, settings)) for node in document.nodes)
    return replace(document, nodes=nodes)


def _filled(value: Any, settings: Mapping[str, Mapping[str, Any]]) -> Any:
    if isinstance(value, str):
        return _ASKED.sub(lambda asked: _literal(asked, settings), value) if value.startswith("=") else value
    if isinstance(value, Mapping):
        return {name: _filled(inner, settings) for name, inner in value.items()}
    return [_filled(inner, settings) for inner in value] if isinstance(value, list) else value


def _literal(asked: re.Match[str], settings: Mapping[str, Mapping[str, Any]]) -> str:
    found = paths.read(settings.get(asked["modern"] or asked["old"], {}), paths.parse(asked["path"].lstrip(".")))
    plain = isinstance(found, bool | int | float) or (isinstance(found, str) and not found.startswith("="))
    return json.dumps(found) if plain else asked[0]
