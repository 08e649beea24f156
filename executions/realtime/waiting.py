"""Waiting for the end of a run, for a caller who has asked to be answered then."""

from __future__ import annotations

import time
import uuid
from typing import Any

import redis
from django.conf import settings
from django.db import close_old_connections

from executions.engine.states import OPEN_EXECUTION
from executions.models import Execution
from executions.realtime.announcer import CHANNEL


def wait_until_finished(execution_id: uuid.UUID, seconds: float) -> None:
    """Return when the run has ended, or after `seconds`. Holds no database connection while it waits."""
    deadline = time.monotonic() + seconds
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None)
    with client, client.pubsub(ignore_subscribe_messages=True) as channel:
        listening = _subscribe(channel)
        while _is_open(execution_id) and (rest := deadline - time.monotonic()) > 0:
            listening = _await_notice(channel, str(execution_id), min(rest, 1.0), listening=listening)


def _subscribe(channel: Any) -> bool:
    try:
        channel.subscribe(CHANNEL)
    except redis.RedisError:
        return False
    return True


def _await_notice(channel: Any, execution_id: str, seconds: float, *, listening: bool) -> bool:
    """Sleep until the run is announced or `seconds` are over; False when the channel does not work."""
    deadline = time.monotonic() + seconds
    while listening and (rest := deadline - time.monotonic()) > 0:
        try:
            message = channel.get_message(timeout=rest)
        except redis.RedisError:
            return False
        if message and execution_id in str(message["data"]):
            return True
    time.sleep(min(0.25, max(0.0, deadline - time.monotonic())))
    return listening


def _is_open(execution_id: uuid.UUID) -> bool:
    try:
        return Execution.objects.filter(pk=execution_id, status__in=OPEN_EXECUTION).exists()
    finally:
        close_old_connections()
