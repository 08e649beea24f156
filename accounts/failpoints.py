"""Places between two moves of the engine at which a test may stop a thread, break it or cut its connection.

In production a place is nothing: one look at an empty list, some ten nanoseconds. Only a test can watch the places.

| Place | What has been done there, and what has not |
|---|---|
| `start.before_commit`, `start.after_commit` | the run is written, not committed; committed, its caller not told |
| `claim.after_commit` | a step is leased, and its worker does not hold it yet |
| `step.before_effect`, `step.after_effect` | the node is about to run; has run, nothing is recorded |
| `burst.step` | a quick step has run in memory, nothing of it is recorded |
| `finish.locked`, `finish.before_commit` | the run is locked; the result is written, not committed |
| `finish.commit_unknown`, `finish.after_commit` | committed, the worker not told; told, the successor not begun |
| `pause.locked`, `resume.locked`, `stop.locked`, `fail.locked`, `retry.locked` | the run is locked and as it was |
| `sweep.read_to_cas` | a step was found that shall be taken from its worker |
| `repair.read_to_lock`, `prune.read_to_lock` | runs were found, and are not locked |
| `aftercare.locked` | an ended run is locked, and what its end brings about is not done |
| `admission.locked` | a line of waiting runs is locked, and nobody is let in |
| `outbox.after_send` | a message was handed over, and is not marked as sent |
| `bigquery.loaded` | BigQuery has the rows, and that is not noted |
| `inbound.after_insert` | a delivery is noted, what it causes is not |
| `reaction.noted` | an event counts for a listener, its run is not started |
| `vigil.fired` | a vigil's time has come and its deed is written, not committed |
| `schedule.after_fire` | a tick is noted, its run is not started |

A claim, and the result of most steps, are one statement: nothing of ours lies between its read and its write. Tests
stop it by holding a row that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Visitor = Callable[[str], None]

PLACES: Final = frozenset(
    {
        "start.before_commit",
        "start.after_commit",
        "claim.after_commit",
        "step.before_effect",
        "step.after_effect",
        "burst.step",
        "finish.locked",
        "finish.before_commit",
        "finish.commit_unknown",
        "finish.after_commit",
        "pause.locked",
        "resume.locked",
        "stop.locked",
        "fail.locked",
        "retry.locked",
        "sweep.read_to_cas",
        "repair.read_to_lock",
        "prune.read_to_lock",
        "aftercare.locked",
        "admission.locked",
        "outbox.after_send",
        "bigquery.loaded",
        "inbound.after_insert",
        "schedule.after_fire",
        "reaction.noted",
        "vigil.fired",
    }
)

_visitors: Final[list[Visitor]] = []


def reach(place: str) -> None:
    """Say that this thread is at `place`; does nothing unless a test is watching, whose visitor may stop or raise."""
    if _visitors:
        _visitors[-1](place)


@contextmanager
def watched(visitor: Visitor) -> Iterator[None]:
    """Call `visitor` with each place that any thread of this process reaches.

    Raises `ImproperlyConfigured` where `settings.TESTING` is not set, which no variable of the environment can do.
    """
    if not settings.TESTING:
        raise ImproperlyConfigured("failpoints are for tests")
    _visitors.append(visitor)
    try:
        yield
    finally:
        _visitors.remove(visitor)
