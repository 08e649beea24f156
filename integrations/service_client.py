"""What clients of outside services have in common: they ask within a step, and say what a service says to a refusal."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self
from uuid import UUID

from integrations.errors import OutboundError, RateLimited
from integrations.http import Answer, Door
from integrations.redaction import redact
from integrations.scope import CallScope

EXCERPT: Final = 300
"""Characters of what a service says that an error shows."""


class ServiceClient:
    """Asks with a credential of the step. `rest_seconds` is the pause after a 429 that says no term."""

    rest_seconds: ClassVar[float] = 10.0

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope
        self._door = Door(scope)

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """What `context.connect` calls."""
        return cls(scope)

    def _ask(self, method: str, url: str, *, credential: UUID | str, **request: Any) -> Answer:
        """The answer, if it is a good one; `request` is what `Door.request` takes beside.

        Raises what the door does, and for a refusal the kinds of `Answer.raise_for_status`: `details.answer` is what
        the service says, without the secret.
        """
        answer = self._door.request(method, url, credential=credential, **request)
        try:
            answer.raise_for_status()
        except OutboundError as error:
            if isinstance(error, RateLimited):
                error.retry_after = error.retry_after or self.rest_seconds
            error.details["answer"] = self._words(answer.text(), credential)
            raise
        return answer

    def _words(self, text: str, credential: UUID | str) -> str:
        return redact(text, [self._scope.secret(credential)])[:EXCERPT].replace("\x00", " ")
