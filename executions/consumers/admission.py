"""Who may watch a run: asked when a socket opens and again and again while it is open."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

from accounts import clock, tokens
from accounts.languages import language_for
from executions.errors import ExecutionNotFound, TooManySockets
from executions.models import Execution

SOCKETS_PER_USER = 20
"""In one web process."""


@dataclass(frozen=True)
class Admission:
    """A person who may watch; `seconds_left` until the token ends."""

    user_id: int
    language: str
    seconds_left: float


def admit(token: str, execution_id: uuid.UUID, accepted: str) -> Admission:
    """Let in the holder of `token`, whose program speaks the languages `accepted`.

    Raises `InvalidToken`, and `ExecutionNotFound` also for runs of other projects.
    """
    user = tokens.authenticate_token(token)
    if not Execution.objects.visible_to(user).filter(pk=execution_id).exists():
        raise ExecutionNotFound
    left = tokens.read(token).expires_at - clock.read()
    return Admission(user.pk, language_for(user.language, accepted=accepted), left.total_seconds())


class Seats:
    """Counts the open sockets of each person."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int) -> None:
        """Count one more; raises `TooManySockets`."""
        if self._taken[user_id] >= SOCKETS_PER_USER:
            raise TooManySockets(limit=SOCKETS_PER_USER)
        self._taken[user_id] += 1

    def leave(self, user_id: int) -> None:
        """Count one less."""
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]

    def count(self) -> int:
        """How many sockets are open in this process."""
        return self._taken.total()


seats = Seats()
"""Of those who watch a run."""
visitors = Seats()
"""Of connections of Socket.IO, each of which may watch none or several."""
