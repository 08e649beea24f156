"""What must be true of all runs when a test is over, however its threads met."""

from __future__ import annotations

from django.db import connection

from devtools.chaos.invariants import QUERIES, find_faults

OF_STORMS = {"lostRuns", "runsWithoutKey", "undeliveredMessages", "endsNotLookedAfter"}
"""What a storm promises besides: it waits until all has ended."""

assert QUERIES.keys() >= OF_STORMS


def broken() -> dict[str, list[str]]:
    """The promises that are broken, each with the ids of a few rows."""
    connection.ensure_connection()
    faults = find_faults(connection.connection)
    return {name: fault.examples for name, fault in faults.items() if fault.count and name not in OF_STORMS}
