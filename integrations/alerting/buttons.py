"""PURE: what the buttons under a message about an alert carry: `w:verb:alert`, the id as 32 hexadecimal digits."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final

KIND: Final = "w"
ACKNOWLEDGE: Final = "ack"
HOUR: Final = "hour"
DAY: Final = "day"
MUTES: Final = {HOUR: 3600.0, DAY: 86400.0}
WORDS: Final = re.compile(rf"({ACKNOWLEDGE}|{HOUR}|{DAY}):([0-9a-f]{{32}})")


@dataclass(frozen=True)
class Pressed:
    """What is wanted of which alert."""

    verb: str
    alert_id: uuid.UUID


def data_for(verb: str, alert_id: uuid.UUID) -> str:
    return f"{KIND}:{verb}:{alert_id.hex}"


def read(words: str) -> Pressed | None:
    """What a button carries behind its kind; None for another form."""
    found = WORDS.fullmatch(words)
    return None if found is None else Pressed(found[1], uuid.UUID(found[2]))
