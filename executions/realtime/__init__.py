"""Live progress: what a watcher reads (a snapshot, then the journal after it), and how it learns that there is more.

The journal is the truth. An announcement on Valkey only says "run X has reached line N" and which steps have just been
claimed; when it is lost, whoever watches finds the lines at the next look.
"""

from __future__ import annotations

from executions.realtime.announcer import CHANNEL, announce, flush, hint_running
from executions.realtime.reading import events_since, sequences, snapshot
from executions.realtime.waiting import wait_until_finished

__all__ = [
    "CHANNEL",
    "announce",
    "events_since",
    "flush",
    "hint_running",
    "sequences",
    "snapshot",
    "wait_until_finished",
]
