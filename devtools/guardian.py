"""The supervisor's lifeline: a tiny process that stops the children when the supervisor dies without doing so itself.

It reads a pipe whose other end only the supervisor holds. However the supervisor ends, SIGKILL included, the pipe
closes; unless it said `release` before, the guardian stops everything that was entrusted to it.

Lines: `guard PID SIGNAL GRACE_SECONDS TIER`, `forget PID`, `release`.
"""

from __future__ import annotations

import signal
import sys

from devtools.stopping import Target, runs, stop_in_tiers


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    guarded: dict[int, Target] = {}
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "guard":
            pid, number, grace, tier = words
            guarded[int(pid)] = Target(int(pid), int(number), float(grace), int(tier))
        elif verb == "forget":
            guarded.pop(int(words[0]), None)
        elif verb == "release":
            return
    stop_in_tiers(list(guarded.values()), runs)


if __name__ == "__main__":
    main()
