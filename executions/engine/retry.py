"""PURE: whether and when a failed step is tried again."""

from __future__ import annotations

from workflows.graph.settings import RetryPolicy


def rest_seconds(
    policy: RetryPolicy, *, tries: int, transient: bool, retry_after: float | None, jitter: float
) -> float | None:
    """Seconds until the next try, or None when there is none.

    `tries` counts the failures, this one included. `jitter` is drawn from [0, 1) and spreads the rest over half to
    one and a half of its length. What the other side asks for (`retry_after`) is obeyed, up to the policy's cap.
    """
    if not transient or tries >= policy.attempts:
        return None
    if retry_after is not None:
        return max(0.0, min(retry_after, policy.cap_seconds))
    rest = policy.delay_seconds
    if policy.backoff == "exponential":
        rest *= 2.0 ** min(tries - 1, 30)
    return min(rest, policy.cap_seconds) * (0.5 + jitter)
