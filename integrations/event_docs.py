"""docs/events.md: the catalogue of events for people who build workflows, in English, from what the types say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from integrations import event_types

LANGUAGE: Final = "en"
HEAD: Final = Path(__file__).parent / "event_docs_head.md"
"""What is written by hand: it stands above the catalogue."""


def page() -> str:
    """The whole page."""
    with override(LANGUAGE):
        described = [event_types.describe(one) for one in event_types.ALL.values()]
    parts = [HEAD.read_text(), "\n## The catalogue\n"]
    for group in event_types.GROUPS:
        members = [one for one in described if one["group"] == group]
        parts.append(f"\n### {members[0]['groupTitle']}\n\n| event | what | kind | subject | key | payload |\n")
        parts.append("|---|---|---|---|---|---|\n")
        parts += [_row(one) for one in members]
    return "".join(parts)


def _row(one: dict[str, Any]) -> str:
    needed = set(one["schema"]["required"])
    fields = ", ".join(f"`{name}{'' if name in needed else '?'}`" for name in one["schema"]["properties"])
    sample = json.dumps(one["sample"], ensure_ascii=False)
    return (
        f"| `{one['code']}` | {one['title']} | {one['kind']} | {_code(one['subject'])} | {_code(one['dedupKey'])} "
        f"| {fields}<br>`{sample}` |\n"
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
