"""Which node types listen, and what each has to be told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrations.event_names import EXECUTION_FAILED

Names = Callable[[Any], tuple[str, ...]]


@dataclass(frozen=True)
class Kind:
    """How a trigger listens. `names` gives the events that a checked config has to be told of.

    `addressed` triggers have an address of their own, `clocked` ones are looked at by the clock from their publication
    on.
    """

    names: Names = lambda config: ()
    addressed: bool = False
    clocked: bool = False


def _told(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


KINDS: Final[Mapping[str, Kind]] = {
    "trigger-event": Kind(lambda config: (config.event,)),
    "trigger-error": Kind(lambda config: (EXECUTION_FAILED,) if config.listen == "project" else ()),
    "trigger-webhook": Kind(addressed=True),
    "trigger-form": Kind(addressed=True),
    "trigger-absence": Kind(lambda config: _told(config.after, config.unless)),
    "trigger-threshold": Kind(lambda config: _told(config.event, config.reset)),
    "trigger-date": Kind(lambda config: _told(config.event, config.cancel)),
    "trigger-site": Kind(clocked=True),
    "trigger-certificate": Kind(clocked=True),
    "trigger-mail": Kind(clocked=True),
    "trigger-poll-list": Kind(clocked=True),
    "trigger-poll-sheet": Kind(clocked=True),
    "trigger-poll-sql": Kind(clocked=True),
}
"""By node type. Those that are missing here do not listen: a person, a schedule or another run starts them."""
