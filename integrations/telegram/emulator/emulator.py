"""A Bot API server of ours: one bot, the people who talk to it, and the troubles that may be played."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from integrations.telegram.emulator.acts import Acts
from integrations.telegram.emulator.faults import Faults, delay
from integrations.telegram.emulator.identity import BOT_NAME, TOKEN
from integrations.telegram.emulator.limits import Limits
from integrations.telegram.emulator.media import Upload
from integrations.telegram.emulator.methods import Methods
from integrations.telegram.emulator.refusals import Answer, Refusal, refusal, success
from integrations.telegram.emulator.updates import Updates
from integrations.telegram.emulator.webhook import Webhook
from integrations.telegram.emulator.world import Call, World

UNWRITTEN: Final = ("getupdates",)
"""Methods that the list of calls leaves out: they come all the time."""


class Emulator:
    """`answer` serves one request of a bot; `acts` is what people do; `faults` are planned troubles."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        bot_name: str = BOT_NAME,
        enforce_limits: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = World(token=token, bot_name=bot_name, clock=clock)
        self.updates = Updates(self.world)
        self.webhook = Webhook(world=self.world, updates=self.updates)
        self.limits = Limits(self.world, enforced=enforce_limits)
        self.faults = Faults(self.world)
        self.acts = Acts(world=self.world, updates=self.updates)
        self._methods = Methods(world=self.world, updates=self.updates, webhook=self.webhook, limits=self.limits)
        self.webhook.execute = lambda method, values: void(self.answer(token, method, values, {}))

    def answer(self, token: str, method: str, values: dict[str, Any], files: Mapping[str, Upload]) -> Answer:
        """What a request of `token` for `method` is answered."""
        if token != self.world.token:
            known_form = token.partition(":")[0].isdigit()
            return refusal(401, "Unauthorized") if known_form else refusal(404, "Not Found")
        fault = self.faults.take(method, values)
        delay(fault)
        answer = fault.answer if fault is not None and fault.answer is not None else self._work(method, values, files)
        if fault is not None and fault.lost:
            answer = Answer(answer.status, answer.body, silent=True)
        if method.lower() not in UNWRITTEN:
            self.world.note_call(method, values, answer.status)
        return answer

    def _work(self, method: str, values: dict[str, Any], files: Mapping[str, Upload]) -> Answer:
        try:
            return success(self._methods.call(method, values, files))
        except Refusal as refused:
            return refused.answer

    def file(self, token: str, path: str) -> bytes | None:
        """The content of a file that `getFile` has named; None where there is none."""
        with self.world.changed:
            found = self.world.files.get(path.partition("/")[0])
        return found[1] if found and token == self.world.token else None

    def calls_of(self, method: str) -> list[Call]:
        """What the bot has asked of this method, the oldest first."""
        with self.world.changed:
            return [call for call in self.world.calls if call.method.lower() == method.lower()]

    def reset(self) -> None:
        """A bot that nobody has talked to, no webhook, no troubles; whoever waits for updates is turned away."""
        self.webhook.remove()
        self.world.reset()
        self.updates.reset()
        self.faults.reset()
        self.limits.reset()

    def close(self) -> None:
        self.updates.close()


def void(answer: Answer) -> None:
    """Nobody reads what a method named in a webhook's answer came to."""
