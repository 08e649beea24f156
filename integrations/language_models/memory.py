"""What a model remembers of a talk: the last turns of a session, kept in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Self

from django.db import transaction

from accounts.clock import Clock, Now
from integrations.language_models.talk import Said
from integrations.models import Talk
from integrations.scope import CallScope

MOST_TURNS: Final = 200
KEEP: Final = timedelta(days=90)
"""How long a talk is remembered in which nobody says anything."""


class TalkMemory:
    """The talks of the step's project."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def recall(self, session: str, turns: int) -> list[Said]:
        """The last so many turns of the session, the oldest first."""
        row = Talk.objects.filter(project_id=self._scope.project_id(), session=session).first()
        kept = [] if row is None else row.turns
        return [Said.of(turn) for turn in kept[-turns:]] if turns else []

    def remember(self, session: str, said: Sequence[Said]) -> None:
        """Add turns. One transaction, in which the session is locked."""
        turns = [{"role": one.role, "text": one.text.replace("\x00", "")} for one in said]
        with transaction.atomic():
            key = {"project_id": self._scope.project_id(), "session": session}
            Talk.objects.bulk_create([Talk(**key)], ignore_conflicts=True)
            row = Talk.objects.select_for_update().get(**key)
            Talk.objects.filter(pk=row.pk).update(turns=[*row.turns, *turns][-MOST_TURNS:], updated_at=Clock())


def prune(limit: int) -> int:
    """Forget at most `limit` talks that nobody goes on with; returns how many. For the ticker."""
    old = Talk.objects.filter(updated_at__lt=Now() - KEEP)
    deleted, _rows = Talk.objects.filter(id__in=old.values("id")[:limit]).delete()
    return deleted
