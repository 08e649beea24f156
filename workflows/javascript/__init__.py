"""JavaScript that people have written: expressions and code nodes, run in jailed processes and nowhere else.

`calls` is what the product may ask, `pool` lends the processes, `process` speaks to one, `jail` is the program inside,
`prelude/` is what the language finds there.
"""

from __future__ import annotations

from workflows.javascript.calls import (
    MAX_SOURCE,
    Earlier,
    Mode,
    Ran,
    Surroundings,
    render,
    run,
    syntax_faults,
)
from workflows.javascript.errors import Busy, Interrupted, JavaScriptError, LimitReached, ScriptFailed

__all__ = [
    "MAX_SOURCE",
    "Busy",
    "Earlier",
    "Interrupted",
    "JavaScriptError",
    "LimitReached",
    "Mode",
    "Ran",
    "ScriptFailed",
    "Surroundings",
    "render",
    "run",
    "syntax_faults",
]
