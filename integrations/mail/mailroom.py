"""Where a step posts its letters."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from integrations.mail import delivery
from integrations.mail.delivery import Stamp
from integrations.mail.letters import Letter
from integrations.scope import CallScope


class Mailroom:
    """Letters of one step. Each has a `name` that is its own within the step: a repeated step posts none twice.

    A `credential` names the mail server; without it the installation's is meant.
    """

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope
        self._key = scope.headers["Idempotency-Key"]

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def post(self, letter: Letter, *, name: str, credential: UUID | None = None) -> str:
        """Leave the letter to the outbox; gives its Message-ID. Raises `CredentialError`."""
        return delivery.post(letter, self._stamp(name, credential))

    def send(self, letter: Letter, *, name: str, credential: UUID | None = None) -> str:
        """Wait until the server has taken the letter; gives its Message-ID. Raises as `delivery.send_now`."""
        return delivery.send_now(letter, self._stamp(name, credential))

    def _stamp(self, name: str, credential: UUID | None) -> Stamp:
        """Whose letter it is. A credential that this step may not use is refused before anything is written."""
        if credential is not None:
            self._scope.secret(credential)
        return Stamp(
            key=f"{self._key}:{name}",
            project_id=self._scope.project_id(),
            execution_id=self._scope.headers.get("X-Execution-Id"),
            depth=self._scope.depth(),
            credential=credential,
        )
