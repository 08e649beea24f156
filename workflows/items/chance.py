"""PURE: chance that can be repeated: the same seed and the same subject always fall on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256

from workflows.items.coercion import EXACT

HUNDRED = Decimal(100)
_STEPS = 1 << 64


def lot(seed: str, subject: str) -> Decimal:
    """A number from 0 up to, but not including, 100, evenly spread over seeds and subjects."""
    digest = sha256(f"{len(seed)}:{seed}{subject}".encode()).digest()
    return EXACT.divide(int.from_bytes(digest[:8], "big") * 100, _STEPS)


def chosen(percentages: Sequence[Decimal], drawn: Decimal) -> int:
    """The index of the share on which the drawn number falls; the percentages add up to 100."""
    reached = Decimal(0)
    for index, percentage in enumerate(percentages):
        reached = EXACT.add(reached, percentage)
        if drawn < reached:
            return index
    return len(percentages) - 1
