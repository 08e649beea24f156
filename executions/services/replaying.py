"""Dealing with dead letters: failed steps run again, messages are sent again, or somebody puts them aside."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from executions.errors import BadInput, DeadLetterNotFound
from executions.models import Step
from executions.services.dead_letters import MESSAGE, STEP, Choice, letters, resolve
from executions.services.repeating import Version, Wish, retry
from executions.services.tally import MOST, Tally
from integrations import outbox

Items = Sequence[Mapping[str, Any]]


def replay(
    projects: Collection[int],
    choice: Choice,
    *,
    user: Any,
    version: Version = "original",
    items: Items | None = None,
    reason: str = "",
) -> Tally:
    """Replay the letters of `projects` that are meant, the oldest `MOST` of them; each run is a transaction of its own.

    The failed steps of one run go back together. With `items` the one step that is meant receives these instead, in a
    new run; raises `BadInput` when that is not one step. Ids that are no letters are counted as failed.
    """
    chosen, tally = _chosen(projects, choice)
    if items is not None and [row["kind"] for row in chosen] != [STEP]:
        raise BadInput(fields={"inputData": "one step"})
    for run, steps in _by_run(row["id"] for row in chosen if row["kind"] == STEP).items():
        wish = Wish(version=version, begin=steps, items=items)
        tally.attempt(steps, partial(_retry, run, user=user, wish=wish, reason=reason))
    messages = [row["id"] for row in chosen if row["kind"] == MESSAGE]
    sent = outbox.send_again(messages) if messages else 0
    tally.done += sent
    tally.skipped += len(messages) - sent  # somebody else has sent them again meanwhile
    return tally


def put_aside(projects: Collection[int], choice: Choice, *, user: Any, reason: str) -> Tally:
    """Note that somebody has dealt with the letters that are meant, the oldest `MOST` of them, and why."""
    chosen, tally = _chosen(projects, choice)
    tally.done = resolve(chosen, user=user, reason=reason)
    return tally


def _chosen(projects: Collection[int], choice: Choice) -> tuple[list[dict[str, Any]], Tally]:
    """The letters, the oldest first; the tally already counts those beyond `MOST`, and ids that are no letters."""
    found = letters(projects, choice)
    chosen = list(found.order_by("died_at", "id")[:MOST])
    tally = Tally(remaining=found.count() - len(chosen) if len(chosen) == MOST else 0)
    known = {row["id"] for row in chosen}
    tally.failed = [(one, DeadLetterNotFound.code) for one in choice.ids or () if one not in known]
    return chosen, tally


def _retry(execution_id: uuid.UUID, *, user: Any, wish: Wish, reason: str) -> uuid.UUID:
    return retry(execution_id=execution_id, user=user, wish=wish, reason=reason).pk


def _by_run(steps: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The steps by their runs, in the order given."""
    ids = list(steps)
    runs = dict(Step.objects.filter(id__in=ids).values_list("id", "execution_id"))
    found: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for step in ids:
        if step in runs:
            found[runs[step]].append(step)
    return found
