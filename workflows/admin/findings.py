"""How findings and definitions look on a page of the admin."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import simplejson
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.services.wording import shown

MARKS = {"error": "⛔", "warning": "⚠️", "info": "ℹ️"}


def problem_list(problems: Iterable[Mapping[str, Any]]) -> SafeString:
    """Stored findings as a list, each with the node or edge it is about."""
    rows = [
        (MARKS[problem["severity"]], problem["nodeId"] or problem["edgeId"] or "", problem["message"], problem["code"])
        for problem in shown(problems)
    ]
    if not rows:
        return format_html("<p>{}</p>", _("Замечаний нет"))
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{} <b>{}</b> {} <code>{}</code></li>", rows))


def duration(seconds: float) -> str:
    """Seconds as hours, minutes and seconds."""
    return str(timedelta(seconds=math.ceil(seconds)))


def pretty(document: Any) -> str:
    """JSON for people to read and change; numbers keep all their digits."""
    return simplejson.dumps(_as_people_write(document), use_decimal=True, ensure_ascii=False, indent=2)


USUAL_ORDER = ("nodes", "edges", "id", "type", "position", "data", "label", "config", "settings", "source", "target")


def _as_people_write(value: Any) -> Any:
    """The same document with the keys of nodes and edges in their usual order: jsonb keeps none."""
    if isinstance(value, dict):
        known = [key for key in USUAL_ORDER if key in value]
        return {key: _as_people_write(value[key]) for key in (*known, *(key for key in value if key not in known))}
    return [_as_people_write(item) for item in value] if isinstance(value, list) else value
