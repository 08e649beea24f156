"""Handing an order to a child process and hearing its answer.

A process for each order costs a second and keeps the 60 to 140 megabytes of Google's library out of every process
that lives on. At most `CHILDREN` are alive in one process of ours; who finds none free comes back later.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any, Final

from django.conf import settings

from integrations import safe_json
from integrations.bigquery.errors import NotConfigured, Resting
from integrations.bigquery.faults import error_of
from integrations.errors import Cancelled, InvalidAnswer, TimedOut
from integrations.safe_json import UnsafeJSON
from integrations.scope import CallScope

CHILDREN: Final = 2
BUSY_REST: Final = 3.0
START_SECONDS: Final = 20.0
"""What a child may take beyond the time of its job: loading the library on a busy machine."""
MAX_ELEMENTS: Final = 10_000_000

_places = threading.BoundedSemaphore(CHILDREN)


def enabled() -> bool:
    """Whether this installation has a project of Google Cloud."""
    return bool(settings.GCP_PROJECT_ID)


def target() -> dict[str, Any]:
    """Where everything goes. Raises `NotConfigured`."""
    if not enabled():
        raise NotConfigured
    return {
        "project": settings.GCP_PROJECT_ID,
        "dataset": settings.BIGQUERY_DATASET,
        "location": settings.BIGQUERY_LOCATION,
        "endpoint": settings.BIGQUERY_API_ENDPOINT,
    }


def ask(operation: str, order: dict[str, Any], *, scope: CallScope, seconds: float) -> dict[str, Any]:
    """What BigQuery answers to an order of `client`. The child is killed when the scope's time is over or it is cut.

    Raises `Resting`, `NotConfigured`, `TimedOut`, `Cancelled` and the errors of `faults`.
    """
    order = {"target": target(), **order, "operation": operation, "seconds": seconds}
    if not _places.acquire(blocking=False):
        raise Resting(retry_after=BUSY_REST, reason="busy")
    try:
        answer = _converse(safe_json.dumps(order).encode(), scope, seconds + START_SECONDS)
    finally:
        _places.release()
    if "fault" in answer:
        raise error_of(answer["fault"])
    done: dict[str, Any] = answer["done"]
    return done


def _converse(order: bytes, scope: CallScope, seconds: float) -> dict[str, Any]:
    if scope.deadline is not None:
        seconds = min(seconds, max(scope.deadline - time.monotonic(), 0.001))
    with subprocess.Popen(
        [sys.executable, "-m", "integrations.bigquery.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env=settings.GOOGLE_ENVIRONMENT,
    ) as child:
        try:
            with scope.cancel.watching(child.kill):
                said, _nothing = child.communicate(order, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise TimedOut from None
        finally:
            child.kill()
    if scope.cancel.cancelled:
        raise Cancelled
    try:
        answer: dict[str, Any] = safe_json.loads(said, max_elements=MAX_ELEMENTS)
    except UnsafeJSON:
        raise InvalidAnswer(status=child.returncode) from None
    return answer
