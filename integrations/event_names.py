"""PURE: how events are called: `ticket.created`, `order.paid`; and how long the words about them may be."""

from __future__ import annotations

from typing import Final

PATTERN: Final = r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$"
"""Small Latin letters and digits, in parts that a dot, an underscore or a hyphen separates."""

MAX_NAME: Final = 200
MAX_SUBJECT: Final = 200
MAX_DEDUPE_KEY: Final = 255
