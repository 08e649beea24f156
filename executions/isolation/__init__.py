"""A node in a process of its own (`settings.isolate`): whatever it does, it ends at its time and harms nobody.

`parent` starts the process, listens to it and kills it; `child` is what happens inside; `wire` is what they say.
"""

from executions.isolation.parent import run_apart

__all__ = ["run_apart"]
