"""Who asks more often than they may is refused for a while, and told of: the event `client.too_many_requests`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from accounts import clock
from integrations import events, limiter

FLOOD: Final = "client.too_many_requests"
WINDOW_SECONDS: Final = 300
"""Within which a client that goes on is told of once."""
INTERVAL_SECONDS: Final = 60


def hold(door: str, *, client: str, per_minute: int, project_id: Callable[[], int], source: str) -> float:
    """Count a request of `client` at a door; the seconds until it may ask again, 0.0 when it may now.

    Beyond `per_minute` the flood is told of, in the project that `project_id` then says. What is refused costs no
    query: that the flood has been told of is remembered where the requests are counted.
    """
    bucket = f"{limiter.INNER}{door}:{client}"
    wait = limiter.acquire(bucket, rate=per_minute, interval=float(INTERVAL_SECONDS), burst=per_minute)
    if wait > 0 and limiter.acquire(f"{bucket}:told", rate=1, interval=float(WINDOW_SECONDS), burst=1) == 0:
        _tell(project_id(), client=client, count=per_minute, source=source)
    return wait


def _tell(project_id: int, *, client: str, count: int, source: str) -> None:
    window = int(clock.read().timestamp()) // WINDOW_SECONDS
    events.emit(
        project_id=project_id,
        name=FLOOD,
        subject=client[:200],
        payload={"client": client, "count": count, "seconds": INTERVAL_SECONDS},
        dedupe_key=f"{client}:{window}"[:255],
        source=source,
    )
