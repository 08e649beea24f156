"""Dead letters: steps whose failure nothing has handled, and messages of the outbox that could not be delivered.

A step is one while its run has failed because of it. A message belongs to the project of the step that it speaks of,
else to the default project. Somebody who deals with a letter leaves a resolution; dying again makes it a new letter.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import structlog
from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from accounts import clock
from accounts import services as accounts
from executions.engine.states import ExecutionStatus, Origin, StepStatus
from executions.models import DeadLetterResolution, Step
from integrations import outbox
from integrations.valkey import SharedScript

log = structlog.get_logger(__name__)

STEP: Final = "step"
MESSAGE: Final = "message"
Kind = Literal["step", "message"]

RESOLVED: Final = "resolved"
REPLAYED: Final = "replayed"


@dataclass(frozen=True)
class Choice:
    """Which letters are meant; None leaves a question open. `ids` are those of steps and messages."""

    kind: Kind | None = None
    workflow_id: uuid.UUID | None = None
    code: str | None = None
    since: datetime | None = None
    ids: Collection[uuid.UUID] | None = None
    resolved: bool = False


def letters(projects: Collection[int] | None, choice: Choice) -> QuerySet[Any, dict[str, Any]]:
    """The letters of `projects` (None for all), the newest first, as `{kind, id, died_at}`."""
    parts = [_row(part, kind) for kind, part in _parts(projects, choice)]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return found.order_by("-died_at", "-id")


def oldest(projects: Collection[int] | None, choice: Choice) -> tuple[int, datetime | None]:
    """How many letters there are, and when the oldest of them died."""
    facts = [(part.count(), part.aggregate(at=Min("finished_at"))["at"]) for _kind, part in _parts(projects, choice)]
    return sum(count for count, _at in facts), min((at for _count, at in facts if at is not None), default=None)


def _parts(projects: Collection[int] | None, choice: Choice) -> list[tuple[Kind, QuerySet[Any]]]:
    parts: list[tuple[Kind, QuerySet[Any]]] = []
    if choice.kind in (None, STEP):
        parts.append((STEP, dead_steps(projects, choice)))
    if choice.kind in (None, MESSAGE):
        parts.append((MESSAGE, dead_messages(projects, choice)))
    return parts


def _row(part: QuerySet[Any], kind: Kind) -> QuerySet[Any, dict[str, Any]]:
    told = part.order_by().annotate(kind=Value(kind, output_field=CharField()), died_at=F("finished_at"))
    return told.values("kind", "id", "died_at")


def dead_steps(projects: Collection[int] | None, choice: Choice) -> QuerySet[Step]:
    """The steps among the letters; a failed test is none."""
    steps = Step.objects.filter(status=StepStatus.FAILED, handled=False, execution__status=ExecutionStatus.FAILED)
    steps = steps.exclude(execution__origin=Origin.TEST)
    if projects is not None:
        steps = steps.filter(execution__project_id__in=projects)
    if choice.workflow_id is not None:
        steps = steps.filter(execution__workflow_id=choice.workflow_id)
    resolved = DeadLetterResolution.objects.filter(step=OuterRef("pk"), died_at=OuterRef("finished_at"))
    return _narrowed(steps, choice).filter(Exists(resolved) if choice.resolved else ~Exists(resolved))


def dead_messages(projects: Collection[int] | None, choice: Choice) -> QuerySet[Any]:
    """The messages among the letters; each row also has `step`, `project` and `workflow` as far as there are some."""
    # Only this topic is known to speak of a step. PostgreSQL looks at the condition before it reads the id.
    step = Case(When(topic="dataset.store", then=Cast(KT("payload__stepId"), UUIDField())), default=None)
    of_step = Step.objects.filter(id=OuterRef("step"))
    messages = outbox.dead().annotate(step=step)
    messages = messages.annotate(
        project=Coalesce(
            Subquery(of_step.values("execution__project_id")[:1]),
            Value(accounts.default_project().pk),
            output_field=BigIntegerField(),
        ),
        workflow=Subquery(of_step.values("execution__workflow_id")[:1], output_field=UUIDField()),
    )
    if projects is not None:
        messages = messages.filter(project__in=projects)
    if choice.workflow_id is not None:
        messages = messages.filter(workflow=choice.workflow_id)
    resolved = DeadLetterResolution.objects.filter(message_id=OuterRef("pk"), died_at=OuterRef("finished_at"))
    return _narrowed(messages, choice).filter(Exists(resolved) if choice.resolved else ~Exists(resolved))


def _narrowed(rows: QuerySet[Any], choice: Choice) -> QuerySet[Any]:
    wanted = Q()
    if choice.code is not None:
        wanted &= Q(error__code=choice.code)
    if choice.since is not None:
        wanted &= Q(finished_at__gte=choice.since)
    if choice.ids is not None:
        wanted &= Q(id__in=choice.ids)
    return rows.filter(wanted)


def resolve(rows: Iterable[dict[str, Any]], *, user: Any, reason: str, outcome: str = RESOLVED) -> int:
    """Note that somebody has dealt with these letters (rows of `letters`); returns how many."""
    noted = [
        DeadLetterResolution(
            step_id=row["id"] if row["kind"] == STEP else None,
            message_id=row["id"] if row["kind"] == MESSAGE else None,
            died_at=row["died_at"],
            outcome=outcome,
            reason=reason,
            by=user,
        )
        for row in rows
    ]
    DeadLetterResolution.objects.bulk_create(noted, ignore_conflicts=True)
    return len(noted)


def resolve_run(execution_id: uuid.UUID, *, user: Any, reason: str) -> None:
    """A new run repeats this one, so its letters have been dealt with."""
    failed = Step.objects.filter(execution_id=execution_id, status=StepStatus.FAILED, handled=False)
    resolve(_row(failed, STEP), user=user, reason=reason, outcome=REPLAYED)


# Once an hour in the whole installation, however many tickers ask and restart.
_FIRST_THIS_HOUR = SharedScript("return redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) and 1 or 0")


def warn_of_old() -> int:
    """Write a warning when the oldest letter is older than `DEAD_LETTER_ALARM_HOURS` (0: never); returns 1 then."""
    if settings.DEAD_LETTER_ALARM_HOURS <= 0:
        return 0
    count, died_at = oldest(None, Choice())
    if died_at is None:
        return 0
    age = clock.read() - died_at
    if age < timedelta(hours=settings.DEAD_LETTER_ALARM_HOURS):
        return 0
    if not _FIRST_THIS_HOUR.run(["naryad:dead_letter_alarm"], [3600], otherwise=0):
        return 0
    log.warning("dead letters wait", letters=count, oldest_hours=round(age / timedelta(hours=1), 1))
    return 1
