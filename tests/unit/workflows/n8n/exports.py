"""Real exports that lie beside an installation for its developers, and small documents of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR).parent / "shared" / "n8n"
NAMES = sorted(path.name for path in (FOLDER / "workflows").glob("*.json"))

needs_exports = pytest.mark.skipif(not NAMES, reason="the folder with real exports is not here")


def export(name: str) -> Any:
    """A real export by its file name or the number that it begins with."""
    full = name if name in NAMES else next(known for known in NAMES if known.startswith(f"{name}-"))
    return json.loads((FOLDER / "workflows" / full).read_text(encoding="utf-8-sig"))


def expected() -> Any:
    """What an independent analyser found, by file name."""
    return json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def node(name: str, kind: str = "noOp", **more: Any) -> dict[str, Any]:
    """A node of a small document."""
    return {
        "id": name.lower(),
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": more.pop("version", 1),
        "position": [0, 0],
        "parameters": more.pop("parameters", {}),
        **more,
    }


def links(*pairs: tuple[str, str] | tuple[str, str, int]) -> dict[str, Any]:
    """Connections from pairs of names; a third value is the output."""
    found: dict[str, Any] = {}
    for source, target, *output in pairs:
        outputs = found.setdefault(source, {"main": []})["main"]
        place = output[0] if output else 0
        while len(outputs) <= place:
            outputs.append([])
        outputs[place].append({"node": target, "type": "main", "index": 0})
    return found


def document(nodes: list[dict[str, Any]], connections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Small", "nodes": nodes, "connections": connections, **more}
