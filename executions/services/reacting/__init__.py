"""What happens when something has happened: who listens, what it starts, and what is kept an eye on until then."""

from executions.services.reacting.addressing import addressed, hold_floods, known_as
from executions.services.reacting.arriving import arrive
from executions.services.reacting.forgetting import prune_reactions
from executions.services.reacting.occurring import Occurrence, occur
from executions.services.reacting.overviewing import by_hour, overview
from executions.services.reacting.publishing import deactivate, follow_published
from executions.services.reacting.replaying import replay
from executions.services.reacting.stuck import tell_of_stuck
from executions.services.reacting.vigilance import fire_due
from executions.services.reacting.waiting import start_waiting

__all__ = [
    "Occurrence",
    "addressed",
    "arrive",
    "by_hour",
    "deactivate",
    "fire_due",
    "follow_published",
    "hold_floods",
    "known_as",
    "occur",
    "overview",
    "prune_reactions",
    "replay",
    "start_waiting",
    "tell_of_stuck",
]
