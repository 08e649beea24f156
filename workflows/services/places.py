"""How a place inside a config is written for people."""

from __future__ import annotations

from collections.abc import Sequence


def name_of(place: Sequence[str | int]) -> str:
    """`aggregations[0].field`"""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
