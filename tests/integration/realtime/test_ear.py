"""One thread of a process hears the announcements of all runs that its other threads wait for."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

from executions.realtime import CHANNEL
from executions.realtime.announcer import Announcer, Notice
from executions.realtime.ear import Ear
from tests.integration.realtime.live_server import PATIENCE_SECONDS, OwnValkey, until


def tell(valkey: OwnValkey, run: uuid.UUID, line: int = 1) -> None:
    announcer = Announcer(valkey.url)
    announcer.tell(str(run), Notice(line))
    announcer.flush()


def until_hearing(ear: Ear) -> None:
    """Whoever begins to wait is told within a second whether it hears; a busy machine takes longer to subscribe."""
    until(lambda: ear.hears)


def test_an_announcement_wakes_those_who_wait_for_its_run_and_nobody_else(valkey: OwnValkey):
    """S3-5: all of them, by one subscription of the process."""
    ear, run, other = Ear(valkey.url), uuid.uuid4(), uuid.uuid4()
    with ear.hearing(run) as first, ear.hearing(run) as second, ear.hearing(other) as third:
        until_hearing(ear)
        assert valkey.listeners(CHANNEL) == 1
        tell(valkey, run)
        assert first.wait(PATIENCE_SECONDS)
        assert second.wait(PATIENCE_SECONDS)
        assert not third.is_set()
        tell(valkey, other)
        assert third.wait(PATIENCE_SECONDS)


def test_only_lines_that_are_not_known_yet_wake_anybody(valkey: OwnValkey):
    """S3-5: who starts a run and waits for it is not woken by the announcement of the start."""
    ear, run, other = Ear(valkey.url), uuid.uuid4(), uuid.uuid4()
    with ear.hearing(run, beyond=1) as news, ear.hearing(other) as later:
        until_hearing(ear)
        tell(valkey, run)
        tell(valkey, other)
        assert later.wait(PATIENCE_SECONDS)
        assert not news.is_set()
        tell(valkey, run, line=2)
        assert news.wait(PATIENCE_SECONDS)


def test_it_ends_when_nobody_waits_and_begins_again_for_the_next(valkey: OwnValkey):
    """S3-5: a process keeps neither thread nor connection for callers who have gone."""
    ear, run = Ear(valkey.url, linger=0.1), uuid.uuid4()
    with ear.hearing(run):
        assert ear.listens
    until(lambda: not ear.listens and valkey.listeners(CHANNEL) == 0)
    assert not ear.hears
    with ear.hearing(run) as news:
        until_hearing(ear)
        tell(valkey, run)
        assert news.wait(PATIENCE_SECONDS)


def test_who_waits_in_turn_is_heard_for_by_one_subscription(valkey: OwnValkey):
    """S3-5: it lingers, for the next one mostly comes soon."""
    ear = Ear(valkey.url)
    for _ in range(3):
        with ear.hearing(uuid.uuid4()):
            until_hearing(ear)
            assert valkey.listeners(CHANNEL) == 1
    assert [thread.name for thread in threading.enumerate()].count("ear") >= 1
    assert ear.hears


def test_without_valkey_whoever_waits_is_told_so_and_its_return_is_noticed(tmp_path: Path):
    """S3-5: nobody waits for a subscription that there will not be; the caller looks more often instead."""
    valkey, run = OwnValkey(tmp_path), uuid.uuid4()
    ear = Ear(valkey.url)
    try:
        with ear.hearing(run) as news:
            assert not ear.hears
            valkey.start()
            until(lambda: ear.hears)
            tell(valkey, run)
            assert news.wait(PATIENCE_SECONDS)
            valkey.kill()
            until(lambda: not ear.hears)
    finally:
        valkey.kill()
    until(lambda: not ear.listens)


def test_what_is_no_announcement_does_not_make_it_deaf(valkey: OwnValkey):
    """S3-21: anybody who reaches Valkey may publish."""
    ear, run = Ear(valkey.url), uuid.uuid4()
    with ear.hearing(run) as news:
        until_hearing(ear)
        for message in (
            "",
            "[]",
            "{}",
            "nonsense",
            '{"execution": [5]}',
            '{"execution": null}',
            f'{{"execution": "{run}", "seq": "2"}}',
        ):
            valkey.publish(CHANNEL, message)
        tell(valkey, run)
        assert news.wait(PATIENCE_SECONDS)
