"""A call to a server of others: a place at it, its breaker, and what is told when the breaker opens or closes.

What is told is a count for the monitoring, and an event for whoever waits for it. Both happen at the edge only. A probe
that fails leaves the service failed, and a second caller finds it so already; a run that reacts to the event and calls
the same host meets the open circuit, so it raises no event of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.db import DatabaseError

from integrations import breaker, counters, events
from integrations.bulkhead import bulkhead
from integrations.errors import OutboundError, TimedOut, Unreachable
from integrations.scope import CallScope

FAILED: Final = "service.failed"
RECOVERED: Final = "service.recovered"
OPENINGS: Final = "breaker_openings"
CLOSINGS: Final = "breaker_closings"
HURRY_SECONDS: Final = 5.0
"""Silence that is shorter says nothing about the server: its caller was in a hurry."""

log = structlog.get_logger(__name__)


class Calling:
    """One call. Its caller says `at_fault` of a server that has answered, but with a failure of its own."""

    at_fault = False


@contextmanager
def calling(
    scope: CallScope, host: str, port: int, *, credential: str | None, silence_counts: bool = True
) -> Iterator[Calling]:
    """Make one call within the block; how it ends is told to the breaker of this server and credential.

    A broken line is a failure, and so is silence, unless it does not count: a slow query is no sign of a server that
    hangs. Raises `ServerCrowded` and `CircuitOpen` before anything is sent.
    """
    server = f"{host}:{port}"
    circuit = f"{credential or '-'}@{server}"
    with bulkhead().place(server, host=host):
        breaker.check(circuit, host=host)
        begun = time.monotonic()
        call = Calling()
        try:
            yield call
        except Unreachable:
            _failed(scope, circuit)
            raise
        except TimedOut:
            if silence_counts and time.monotonic() - begun >= HURRY_SECONDS:
                _failed(scope, circuit)
            else:
                breaker.released(circuit)
            raise
        except OutboundError:
            breaker.released(circuit)
            raise
        if call.at_fault:
            _failed(scope, circuit)
        elif breaker.succeeded(circuit):
            _tell(scope, circuit, name=RECOVERED, counter=CLOSINGS)


def _failed(scope: CallScope, circuit: str) -> None:
    if breaker.failed(circuit):
        _tell(scope, circuit, name=FAILED, counter=OPENINGS)


def _tell(scope: CallScope, circuit: str, *, name: str, counter: str) -> None:
    """A call that is made for no project is only counted. What cannot be told must not harm the call."""
    counters.add(counter)
    credential, _at, endpoint = circuit.partition("@")
    log.warning("circuit_changed", event_name=name, endpoint=endpoint)
    if scope.project is None:
        return
    payload = {
        "host": endpoint,
        "endpoint": endpoint,
        "reason": "breaker_open" if name == FAILED else "breaker_closed",
        "credentialId": None if credential == "-" else credential,
    }
    try:
        events.emit(
            project_id=scope.project_id(),
            name=name,
            subject=endpoint[:200],
            payload=payload,
            source="breaker",
            depth=scope.depth(),
        )
    except DatabaseError as error:
        log.warning("circuit_not_told", event_name=name, endpoint=endpoint, error=type(error).__name__)
