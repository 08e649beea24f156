"""`/healthz`: this process answers. `/readyz`: everything serves, so that a run started now will be carried out.

`/readyz` looks at four parts: PostgreSQL answers, Valkey answers, every migration is applied, and each queue has a
live worker. 200 when all are well, otherwise 503; both say which part is not and why.
"""

from __future__ import annotations

from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path

from executions.services import live_queues
from integrations.valkey import client

QUEUES = frozenset({"io", "cpu", "notifications", "system"})

log = structlog.get_logger(__name__)


def alive(request: HttpRequest) -> JsonResponse:
    """`{status}`; asks nobody."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """`{status, parts: {name: "ok" or the reason}, queues: [those that live workers serve]}`."""
    parts = {"postgresql": _reason(_ask_postgresql), "valkey": _reason(_ask_valkey)}
    queues: frozenset[str] = frozenset()
    if parts["postgresql"] == "ok":
        parts["migrations"] = _reason(_ask_migrations)
        if parts["migrations"] == "ok":
            queues = frozenset(live_queues())
        missing = sorted(QUEUES - queues)
        parts["workers"] = f"no live worker for: {', '.join(missing)}" if missing else "ok"
    well = all(reason == "ok" for reason in parts.values())
    body = {"status": "ok" if well else "unavailable", "parts": parts, "queues": sorted(queues)}
    answer = JsonResponse(body, status=200 if well else 503)
    # Django would log every "no" as an error of this request, once per probe and without the reason.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _reason(ask: Callable[[], str]) -> str:
    """What a part says of itself. The text of an error may name hosts and accounts, so it stays in the log."""
    try:
        return ask()
    except (Error, redis.RedisError, OSError) as error:
        log.warning("part does not answer", part=ask.__name__.removeprefix("_ask_"), error=str(error))
        return f"does not answer ({type(error).__name__})"


def _ask_postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _ask_valkey() -> str:
    client(settings.REDIS_URL).ping()
    return "ok"


def _ask_migrations() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied: manage.py migrate" if waiting else "ok"


urlpatterns = [path("healthz", alive), path("readyz", ready)]
