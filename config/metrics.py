"""`/metrics`: how the installation is, in the text format of Prometheus, for whoever knows the token.

Everything is read when it is asked for, from PostgreSQL and Valkey, so any web process tells the same about all
processes; only `naryad_sockets` is of the process that answers. While `METRICS_TOKEN` is empty the page is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, get_args

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from accounts import clock
from executions.consumers.admission import seats
from executions.models import Step
from executions.services.health import Health, engine_health
from executions.sweeps import LEASE_LOSSES
from integrations import circuits, counters, outbox, standing
from integrations.errors import ValkeyAway
from integrations.telegram.delivery import RESULTS

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
NEWEST: Final = 2000
"""So many attempts are looked at for the latency of steps."""
QUANTILES: Final = (0.5, 0.95, 0.99)
LATENCY: Final = """
SELECT count(*), percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at))
FROM (SELECT started_at, ended_at FROM executions_attempt ORDER BY id DESC LIMIT %s) AS newest
WHERE ended_at > naryad_now() - interval '5 minutes'
"""
RESTING: Final = ("rate_limited", "circuit_open", "server_crowded")

Samples = Iterable[tuple[dict[str, str], float]]


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """200 with the figures; 404 without a token in the settings, 401 without it in `Authorization: Bearer`."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not constant_time_compare(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(_written(), content_type=CONTENT_TYPE)


def _written() -> bytes:
    # A vendor's library of the one page that needs it: it is not loaded before.
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Figures())
    return generate_latest(registry)


class _Figures:
    """What a registry asks."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for name, help_text, samples in _gauges():
            yield _filled(GaugeMetricFamily, f"naryad_{name}", help_text, samples)
        for name, help_text, samples in _counters():
            yield _filled(CounterMetricFamily, f"naryad_{name}", help_text, samples)


def _filled(kind: Any, name: str, help_text: str, samples: Samples) -> Any:
    found = list(samples)
    labels = list(found[0][0]) if found else []
    family = kind(name, help_text, labels=labels)
    for places, value in found:
        family.add_metric([places[label] for label in labels], value)
    return family


def _gauges() -> Iterator[tuple[str, str, Samples]]:
    health = engine_health()
    yield from _of_the_engine(health)
    yield from _of_steps()
    yield from _of_the_outbox(health.at)
    yield from _of_the_border()
    yield "sockets", "Open WebSockets of the process that answers.", [({}, seats.count())]


def _of_the_engine(health: Health) -> Iterator[tuple[str, str, Samples]]:
    yield "queue_ready", "Steps that wait for a worker.", [({"queue": one.name}, one.ready) for one in health.queues]
    yield (
        "queue_age_seconds",
        "How long the first of them has waited.",
        [({"queue": one.name}, _age(one.ready_since, health.at)) for one in health.queues],
    )
    yield "queue_workers", "Live workers.", [({"queue": one.name}, one.workers) for one in health.queues]
    yield "queue_slots", "Steps that they run at once.", [({"queue": one.name}, one.slots) for one in health.queues]
    yield "runs_open", "Runs that have not ended.", _by("status", health.runs)
    yield "runs_of_a_day", "Runs begun in the last 24 hours.", _by("status", health.recent)
    yield "steps_open", "Steps that have not ended.", _by("status", health.steps)
    yield "dead_letters", "What was given up and nobody has looked at.", [({}, health.letters)]
    yield "dead_letter_age_seconds", "Age of the oldest.", [({}, _age(health.oldest_letter_at, health.at))]
    yield "database_bytes", "Size of the database.", [({}, health.database_bytes)]


def _of_steps() -> Iterator[tuple[str, str, Samples]]:
    with connection.cursor() as cursor:
        cursor.execute(LATENCY, [list(QUANTILES), NEWEST])
        count, values = cursor.fetchone()
    yield "recent_attempts", f"Attempts of the last five minutes, at most {NEWEST}.", [({}, count)]
    yield (
        "step_seconds",
        "How long they took.",
        [({"quantile": str(name)}, value) for name, value in zip(QUANTILES, values or (0.0,) * 3, strict=True)],
    )
    resting = Step.objects.filter(status="delayed", wait_reason__in=RESTING)
    yield (
        "steps_resting",
        "Steps that wait for the outside: for a rate limit, for a service that has failed, or for one that is slow.",
        [({"reason": reason}, resting.filter(wait_reason=reason).count()) for reason in RESTING],
    )


def _of_the_outbox(now: datetime) -> Iterator[tuple[str, str, Samples]]:
    due = {queue: outbox.overdue(queue) for queue in get_args(outbox.Queue)}
    yield "outbox_due", "Messages that are due.", [({"queue": queue}, count) for queue, (count, _at) in due.items()]
    yield (
        "outbox_age_seconds",
        "How long the first of them has been due.",
        [({"queue": queue}, _age(since, now)) for queue, (_count, since) in due.items()],
    )
    yield "outbox_dead", "Messages that were given up.", [({}, outbox.dead().count())]


def _of_the_border() -> Iterator[tuple[str, str, Samples]]:
    try:
        breakers, buckets = standing.circuits(), standing.buckets()
    except ValkeyAway:
        yield "valkey_up", "Whether Valkey answers.", [({}, 0)]
        return
    now = clock.read()
    yield "valkey_up", "Whether Valkey answers.", [({}, 1)]
    yield (
        "breakers",
        "Circuit breakers that have met a failure lately.",
        [({"state": state}, sum(one.state == state for one in breakers)) for state in ("closed", "half_open", "open")],
    )
    yield "limiter_resting", "Rate limits that rest.", [({}, len(buckets))]
    longest = max((bucket.until - now).total_seconds() for bucket in buckets) if buckets else 0.0
    yield "limiter_wait_seconds", "How long the longest still rests.", [({}, max(longest, 0.0))]


def _counters() -> Iterator[tuple[str, str, Samples]]:
    """Counted in Valkey since it began to remember."""
    named = (
        ("lease_losses", "Steps taken from workers that had gone.", LEASE_LOSSES),
        ("invariant_violations", "Runs that contradicted themselves.", "invariant_violations"),
        ("breaker_openings", "How often a service has failed.", circuits.OPENINGS),
        ("breaker_closings", "How often one has come back.", circuits.CLOSINGS),
    )
    for name, help_text, counter in named:
        yield name, help_text, [({}, counters.read(counter) or 0)]
    yield (
        "telegram",
        "Requests to Telegram by what came of them.",
        [({"result": result}, counters.read(f"telegram_{result}") or 0) for result in RESULTS],
    )


def _by(label: str, counts: dict[str, int]) -> Samples:
    return [({label: name}, count) for name, count in counts.items()]


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


urlpatterns = [path("metrics", metrics)]
