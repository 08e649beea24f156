"""Telling watchers costs the worker nothing, and the last word always gets out."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from executions import realtime
from executions.realtime.announcer import Announcer, Notice
from tests.integration.realtime.live_server import PATIENCE_SECONDS, START_SECONDS, OwnValkey


class Listener:
    """Hears what is published about one run."""

    def __init__(self, channel: Any) -> None:
        self.run = str(uuid.uuid4())
        self._channel = channel

    def until(self, seq: int) -> list[dict[str, Any]]:
        """All notices about the run up to the one that reaches `seq`."""
        notices: list[dict[str, Any]] = []
        while not notices or notices[-1]["seq"] < seq:
            message = self._channel.get_message(timeout=PATIENCE_SECONDS)
            assert message is not None, "nothing was announced"
            notice = json.loads(message["data"])
            if notice["execution"] == self.run:
                notices.append(notice)
        return notices


def listening(url: str) -> Iterator[Listener]:
    with redis.Redis.from_url(url) as client, client.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(realtime.CHANNEL)
        channel.get_message(timeout=PATIENCE_SECONDS)
        yield Listener(channel)


@pytest.fixture
def listener() -> Iterator[Listener]:
    yield from listening(settings.REDIS_URL)


def test_many_moves_are_announced_together_and_the_last_one_always(listener: Listener):
    announcer = Announcer(settings.REDIS_URL)
    for seq in range(1, 2001):
        announcer.tell(listener.run, Notice(seq))
    notices = listener.until(2000)
    seqs = [notice["seq"] for notice in notices]
    assert seqs == sorted(set(seqs))
    assert len(seqs) < 200


def test_a_run_that_moves_again_keeps_no_other_run_waiting(listener: Listener):
    """S3-5: two runs that end in one moment are announced each at its own time, in whatever order they are told."""
    announcer = Announcer(settings.REDIS_URL, window=3600)
    busy, quiet = listener.run, str(uuid.uuid4())
    announcer.tell(busy, Notice(1))
    listener.until(1)
    announcer.tell(busy, Notice(2))  # within its window, so it has to wait
    announcer.tell(quiet, Notice(7))
    listener.run = quiet
    assert listener.until(7)[-1]["seq"] == 7
    announcer.flush()
    listener.run = busy
    assert [notice["seq"] for notice in listener.until(2)] == [2]


def test_hints_travel_with_the_announcement_and_the_newest_count(listener: Listener):
    hints = {str(number): {"step": str(number), "attempt": 1, "startedAt": "…"} for number in range(300)}
    Announcer(settings.REDIS_URL).tell(listener.run, Notice(7, hints))
    (notice,) = listener.until(7)
    assert [hint["step"] for hint in notice["running"]] == [str(number) for number in range(100, 300)]


def test_the_end_of_a_process_publishes_what_is_left(listener: Listener):
    script = f"""
import django; django.setup()
import uuid
from executions import realtime
run = uuid.UUID("{listener.run}")
realtime.announce(run, 1)
realtime.announce(run, 2)
"""
    in_a_process(script)
    assert listener.until(2)[-1]["seq"] == 2


def test_a_forked_child_announces_with_a_thread_of_its_own(listener: Listener):
    script = f"""
import django; django.setup()
import os, uuid
from executions import realtime
run = uuid.UUID("{listener.run}")
realtime.announce(run, 1)
realtime.flush()
if os.fork() == 0:
    realtime.announce(run, 2)
    realtime.flush()
    os._exit(0)
os.wait()
"""
    in_a_process(script)
    assert listener.until(2)[-1]["seq"] == 2


def in_a_process(script: str) -> None:
    subprocess.run([sys.executable, "-c", script], check=True, cwd=settings.BASE_DIR, timeout=START_SECONDS)


def test_without_valkey_nobody_is_kept_waiting_and_nothing_is_forgotten(tmp_path: Path):
    valkey = OwnValkey(tmp_path)
    way = tmp_path / "way.sock"  # it is there when somebody listens: what goes out before is heard by nobody
    announcer = Announcer(f"unix://{way}")
    run = str(uuid.uuid4())
    for seq in range(1, 100):
        announcer.tell(run, Notice(seq))
    announcer.flush()
    valkey.start()
    try:
        for listener in listening(valkey.url):
            listener.run = run
            way.symlink_to(tmp_path / "valkey.sock")
            announcer.tell(run, Notice(50))
            assert listener.until(99)[-1]["seq"] == 99
    finally:
        valkey.kill()
