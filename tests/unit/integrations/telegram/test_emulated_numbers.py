"""Numbers of the played Telegram, which the installation keeps while the player is started anew."""

from __future__ import annotations

from integrations.telegram.emulator.updates import Updates
from integrations.telegram.emulator.world import World


def numbers(now: float) -> tuple[int, int]:
    """A message's and an update's, of a Telegram that begins at this second."""
    world = World(token="1:x", bot_name="bot", clock=lambda: now)
    update = Updates(world).add("101", message={})
    return world.add_message(101, {}, {}).id, update


def test_a_number_never_comes_again() -> None:
    """Else an answer goes to an older ticket, and the first words after a restart are taken for a repeat."""
    earlier, later = numbers(1_800_000_000.0), numbers(1_800_000_060.0)
    assert earlier[0] < later[0]
    assert earlier[1] < later[1]
