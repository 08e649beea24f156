"""Live progress: what a watcher reads (a snapshot, then the journal after it), and how it learns that there is more.

The journal is the truth. An announcement on Valkey only says "run X has reached line N" and which steps have just been
claimed; when it is lost, whoever watches finds the lines at the next look.

What the engine needs stands here. `reading` is for the processes that have watchers: it writes with the serializers of
the API, which are megabytes that workers and ticker need not load.
"""

from __future__ import annotations

from executions.realtime.announcer import CHANNEL, announce, flush, hint_running
from executions.realtime.waiting import Standing, wait_for_answer, wait_until_finished

__all__ = [
    "CHANNEL",
    "Standing",
    "announce",
    "flush",
    "hint_running",
    "wait_for_answer",
    "wait_until_finished",
]
