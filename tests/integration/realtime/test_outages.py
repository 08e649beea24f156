"""What happens to sockets when Valkey or PostgreSQL goes away and comes back."""

from __future__ import annotations

import uuid

from django.db import connection

from accounts.models import User
from executions import journal
from executions.realtime import CHANNEL, announce
from executions.realtime.announcer import Announcer, Notice
from tests.integration import runs
from tests.integration.realtime.live_server import OwnValkey, until, web_process
from tests.integration.realtime.watching import watching


def say(run, text: str) -> int:
    return journal.append(run.pk, [journal.event("log", {"message": text, "params": {}})])


def test_a_restart_of_valkey_loses_no_line_and_announcements_go_on(user: User, valkey: OwnValkey):
    """S3-21: the subscriber comes back by itself and reads what was written meanwhile."""
    run = runs.start(runs.workflow(user), user)
    announcer = Announcer(valkey.url)
    with web_process(valkey_url=valkey.url) as web, watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        until(lambda: valkey.listeners(CHANNEL) == 1)
        valkey.kill()
        say(run, "while it was away")
        valkey.start()
        assert watcher.events_until("log")[0]["payload"]["message"] == "while it was away"
        until(lambda: valkey.listeners(CHANNEL) == 1)
        step = str(uuid.uuid4())
        hint = {"step": step, "attempt": 1, "startedAt": "2026-01-01T00:00:00+00:00"}
        announcer.tell(str(run.pk), Notice(running={step: hint}))
        assert watcher.frames_until(lambda frame: frame["type"] == "hint")[-1]["step"] == step


def test_a_message_that_is_no_announcement_changes_nothing(user: User, valkey: OwnValkey):
    """S3-21: forged messages are ignored, also such as promise lines that the journal does not have."""
    run = runs.start(runs.workflow(user), user)
    announcer = Announcer(valkey.url)
    with web_process(valkey_url=valkey.url) as web, watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        until(lambda: valkey.listeners(CHANNEL) == 1)
        for message in ("", "[]", "{}", "nonsense", '{"execution": 5, "seq": "x", "running": null}'):
            valkey.publish(CHANNEL, message)
        announcer.tell(str(run.pk), Notice(seq=10**9))
        announcer.flush()
        announcer.tell(str(run.pk), Notice(seq=say(run, "true")))
        assert [event["seq"] for event in watcher.events_until("log")] == [2]


def test_a_lost_database_connection_is_made_anew(web: str, user: User):
    """S3-21: a socket survives the loss of every connection of its process."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user)) as watcher:
        watcher.frame()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        announce(run.pk, say(run, "still here"))
        assert watcher.events_until("log")[0]["payload"]["message"] == "still here"
