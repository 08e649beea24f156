"""What every contender can do. Naryad, Celery with its canvas and Celery with a row per step are measured alike."""

from __future__ import annotations

from typing import Protocol

RUN_SECONDS = 120.0
"""How long one measured piece may take before the bench gives up."""


class Late(Exception):
    """A piece of work has not come to its end in time; the text says which."""


class Failed(Exception):
    """A piece of work has come to another end than success."""


class Contender(Protocol):
    """Each returns the seconds from the trigger to the end as the one who asked sees it."""

    @property
    def name(self) -> str:
        """How it is called in the report."""

    def chain(self, steps: int) -> float:
        """One run of `steps` trivial steps in a row."""

    def fan(self, width: int) -> float:
        """One run: a step, `width` steps beside each other, a step after all of them."""

    def many(self, runs: int, steps: int) -> float:
        """`runs` chains of `steps`, all triggered one after the other, then waited for."""
