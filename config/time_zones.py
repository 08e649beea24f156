"""The world's time zones to choose from: a `TimeZoneField` loads all six hundred of them when its model is made.

Only a page shows the list. It is two megabytes, and a tenth of a second of every start.
"""

from __future__ import annotations

from typing import Any

from timezone_field.backends.zoneinfo import ZoneInfoBackend


def list_none() -> None:
    """Call before models are loaded, and `take_any` after it."""
    ZoneInfoBackend.base_tzstrs = frozenset({"UTC"})


def take_any(field: Any) -> None:
    """Without the list a zone is right when it exists, as the field says itself."""
    field.choices = None
