"""The mark of a field that takes no templates: what stands there is written by the author and by nobody's data."""

from __future__ import annotations

from typing import Any

from workflows.graph.marked_fields import LITERAL_FIELD

LITERAL: dict[str, Any] = {LITERAL_FIELD: True}
"""For `json_schema_extra` of the field."""
