"""Learning that something has ended: a prepared question by primary key, asked again after a moment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.contender import RUN_SECONDS, Late

PAUSE_SECONDS = 0.0005
PAUSE_CALM_SECONDS = 0.01


def wait_until_none(
    connection: psycopg.Connection, question: str, keys: Sequence[Any], *, calmly: bool = False
) -> None:
    """Ask until the count that `question` gives for `keys` is zero. Raises Late.

    One key is asked for every half millisecond, so that little is added to what is measured; many keys cost more to
    look up and run longer, so they are asked for less often. So is one key, `calmly`, where the answer's moment is not
    what is measured and asking would take a fifth of a core.
    """
    pause = PAUSE_SECONDS if len(keys) == 1 and not calmly else PAUSE_CALM_SECONDS
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        row = connection.execute(question, (list(keys),)).fetchone()
        if row is not None and row[0] == 0:
            return
        if time.monotonic() > deadline:
            raise Late(f"after {RUN_SECONDS:.0f} s {row[0] if row else '?'} of {len(keys)} are still open")
        time.sleep(pause)
