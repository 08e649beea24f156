"""The clockwork: runs the rules that move time. It stands apart from the workers that it rescues."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from accounts import services as accounts
from accounts import trail
from executions import invariants, pruning, sweeps
from executions.services import admission, aftercare, alarming, dead_letters, reacting, saved_errors, scheduling
from integrations import alerting, events, files, inbox, outbox, shipments, sink
from integrations.language_models import memory
from integrations.wildberries import expiry
from tickets.contacts import mailing
from tickets.services import clockwork

log = structlog.get_logger(__name__)

PRUNE_BATCH = 1000
FILE_BATCH = 50
_patrol = invariants.Patrol()


@dataclass(frozen=True)
class Rule:
    """A thing to look after every so many seconds; `act` returns how much it changed."""

    name: str
    every_seconds: float
    act: Callable[[], int]


def rules() -> list[Rule]:
    """All rules, in the order in which they are looked after."""
    return [
        Rule("wake_due", 1.0, sweeps.wake_due),
        Rule("ring_again", 1.0, sweeps.ring_again),
        Rule("outbox", 1.0, outbox.ring_due),
        Rule("follow_schedules", 1.0, scheduling.follow_rows),
        Rule("fire_schedules", 1.0, scheduling.fire_due),
        Rule("fire_vigils", 1.0, reacting.fire_due),
        Rule("start_waiting", 1.0, reacting.start_waiting),
        Rule("end_overdue", 1.0, sweeps.end_overdue),
        Rule("look_after_ended", 1.0, aftercare.look_after_ended),
        Rule("admit_waiting", 1.0, admission.admit_waiting),
        Rule("tickets", 1.0, clockwork.move_time),
        Rule("executors_gone", settings.SWEEP_SECONDS, clockwork.take_from_the_gone),
        Rule("rescue_expired", settings.SWEEP_SECONDS, sweeps.rescue_expired),
        Rule("cut_overtime", settings.SWEEP_SECONDS, sweeps.cut_overtime),
        Rule("invariants", 60.0, _patrol.repair),
        Rule("forget", 60.0, sweeps.forget),
        Rule("workers_missing", 5.0, alarming.watch_workers),
        Rule("alerts_over", 5.0, alarming.end_recovered),
        Rule("stuck_runs", 60.0, reacting.tell_of_stuck),
        Rule("dead_letters", 60.0, dead_letters.warn_of_old),
        Rule("prune_runs", 60.0, pruning.prune_finished),
        Rule("prune_errors", 60.0, lambda: saved_errors.prune(PRUNE_BATCH)),
        Rule("prune_fires", 60.0, scheduling.prune_fires),
        Rule("prune_listeners", 60.0, reacting.prune_reactions),
        Rule("prune_outbox", 60.0, lambda: outbox.prune(PRUNE_BATCH)),
        Rule("prune_inbox", 60.0, lambda: inbox.prune(PRUNE_BATCH)),
        Rule("prune_events", 60.0, lambda: events.prune(PRUNE_BATCH)),
        Rule("prune_alerts", 60.0, lambda: alerting.prune(PRUNE_BATCH)),
        Rule("prune_desk", 60.0, lambda: clockwork.prune(PRUNE_BATCH)),
        Rule("prune_deliveries", 60.0, lambda: mailing.prune(PRUNE_BATCH)),
        Rule("wildberries_token", 3600.0, lambda: expiry.warn(project_id=accounts.default_project().pk)),
        Rule("prune_datasets", 60.0, lambda: sink.prune(PRUNE_BATCH)),
        Rule("prune_shipments", 60.0, lambda: shipments.prune(PRUNE_BATCH)),
        Rule("prune_files", 60.0, lambda: files.forget(FILE_BATCH)),
        Rule("prune_trail", 60.0, lambda: trail.prune(PRUNE_BATCH)),
        Rule("prune_talks", 60.0, lambda: memory.prune(PRUNE_BATCH)),
    ]


def tick() -> None:
    """Every rule once."""
    close_old_connections()
    for rule in rules():
        _look_after(rule)


def run(stop: threading.Event) -> None:
    """Look after every rule in its time until `stop` is set. A rule that fails is tried again at its next time."""
    due = {rule.name: 0.0 for rule in rules()}
    while not stop.is_set():
        now = time.monotonic()
        for rule in rules():
            if now >= due[rule.name]:
                due[rule.name] = now + rule.every_seconds
                _look_after(rule)
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))
    connection.close()


def _look_after(rule: Rule) -> None:
    close_old_connections()
    try:
        changed = rule.act()
    except (DatabaseError, InterfaceError) as error:
        log.warning("rule failed, the database did not answer", rule=rule.name, error=str(error))
        connection.close()
    except Exception:
        log.exception("rule failed", rule=rule.name)
    else:
        if changed:
            log.info("rule moved something", rule=rule.name, changed=changed)
