"""PURE: a finding about a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what cures it.

    `message` is a gettext msgid with %(name)s places for `params`, and so is `suggestion`, which may be "".
    """

    code: str
    message: str
    node_id: str | None = None
    edge_id: str | None = None
    severity: Severity = "error"
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = ""
