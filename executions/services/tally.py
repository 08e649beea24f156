"""Doing the same to many runs: each in a transaction of its own, so that one that fails holds up no other."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError

from accounts.errors import DomainError

log = structlog.get_logger(__name__)

MOST: Final = 1000
"""How many are done in one call."""


@dataclass
class Tally:
    """What has become of them. `failed` are pairs of id and error code, `remaining` those beyond `MOST`.

    Where a filter said which, `matched` are those that fit it; of a dry run `done` are those that would be tried.
    """

    matched: int = 0
    dry_run: bool = False
    done: int = 0
    skipped: int = 0
    remaining: int = 0
    failed: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    executions: list[uuid.UUID] = field(default_factory=list)

    def attempt(self, ids: Iterable[uuid.UUID], act: Callable[[], uuid.UUID]) -> None:
        """Do `act` for `ids`, and count them; it returns the run that it has moved."""
        ids = list(ids)
        try:
            run = act()
        except DomainError as error:
            self.failed += [(one, error.code) for one in ids]
        except (DatabaseError, InterfaceError) as error:
            log.warning("one of many could not be done", ids=[str(one) for one in ids], error=type(error).__name__)
            self.failed += [(one, "unavailable") for one in ids]
        except Exception:  # a defect that one run meets must not keep the others from being done
            log.exception("one of many could not be done", ids=[str(one) for one in ids])
            self.failed += [(one, "internal") for one in ids]
        else:
            self.done += len(ids)
            self.executions.append(run)
