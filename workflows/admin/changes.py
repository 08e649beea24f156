"""What changed between two versions, as people read it: what came, what went, and what became of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from integrations import safe_json

LONGEST = 500
"""Characters of one value that are shown."""


def change_list(difference: Mapping[str, Any]) -> SafeString:
    """The answer of `diff_versions` as one list."""
    lines = [*_parts(difference["nodes"], _("узел")), *_parts(difference["edges"], _("связь"))]
    lines += [_change("", change) for change in difference["definition"]]
    if not lines:
        return format_html("<p>{}</p>", _("Ничего не изменилось"))
    return format_html('<div class="n-diff">{}</div>', format_html_join("", "{}", ((line,) for line in lines)))


def _parts(parts: Mapping[str, Any], what: str) -> Iterator[SafeString]:
    for part in parts["added"]:
        yield format_html("<ins>+ {} {}</ins>", what, _id(part))
    for part in parts["removed"]:
        yield format_html("<del>− {} {}</del>", what, _id(part))
    for part in parts["changed"]:
        yield from (_change(f"{what} {part['id']}: ", change) for change in part["changes"])


def _change(where: str, change: Mapping[str, Any]) -> SafeString:
    return format_html(
        "<p>{}{}</p><del>− {}</del><ins>+ {}</ins>", where, change["path"], _shown(change["from"]), _shown(change["to"])
    )


def _id(part: Any) -> str:
    return str(part["id"]) if isinstance(part, Mapping) else str(part)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else safe_json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
