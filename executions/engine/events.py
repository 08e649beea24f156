"""PURE: a line of a run's journal before it has its number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """One line; `payload` is JSON text. Without `step_id` it is about the step being recorded, or about the run."""

    type: str
    payload: str
    level: str = "info"
    step_id: uuid.UUID | None = None
