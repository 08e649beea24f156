"""PURE: how much a node takes on at once. More than that is work for the store of the data, not for a step."""

from __future__ import annotations

from typing import Final

MAX_ITEMS: Final = 200_000
