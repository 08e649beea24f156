"""The secrets of one piece of work: those that it may use, and all that nothing of it may show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Self
from uuid import UUID

from integrations import credentials
from integrations.errors import CredentialError, CredentialNotFound, CredentialRevoked
from integrations.redaction import Redactor
from integrations.secret import Secret


class Vault:
    """Opens the credentials that a node's config names. What it has learnt is what has to be kept quiet about."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = {secret.id: secret for secret in secrets}
        self._refused: dict[str, CredentialError] = {}
        self._learnt: list[Secret | str] = list(self._secrets.values())
        self._tell: Callable[[str], None] | None = None

    @classmethod
    def load(cls, *, project_id: int, own: Collection[UUID], known: Collection[UUID] = ()) -> Self:
        """A vault for a step of the project that may open `own`; those of `known` it only keeps quiet about.

        One query. Whatever of `own` cannot be used is told when it is opened.
        """
        vault = cls()
        wanted = {*own, *known}
        for credential in credentials.usable_in(project_id).filter(id__in=wanted) if wanted else ():
            name = str(credential.pk)
            try:
                secret = credentials.unseal(credential)
            except CredentialError as error:
                vault._refused[name] = error
                continue
            vault._learnt.append(secret)
            if credential.revoked_at is not None:
                vault._refused[name] = CredentialRevoked(credential=name)
            elif credential.pk in own:
                vault._secrets[name] = secret
        return vault

    def open(self, credential: UUID | str) -> Secret:
        """The secret in clear. Raises `CredentialNotFound`, `CredentialRevoked`, `CredentialUnreadable`."""
        name = str(credential)
        if name in self._refused:
            raise self._refused[name]
        if name not in self._secrets:
            raise CredentialNotFound(credential=name)
        return self._secrets[name]

    def learn(self, secret: str) -> None:
        """Keep quiet about this too: a token that was given for a secret."""
        self._learnt.append(secret)
        if self._tell is not None:
            self._tell(secret)

    def on_learning(self, tell: Callable[[str], None]) -> None:
        """Pass on what is learnt from now on: a step in a process of its own has somebody outside to tell."""
        self._tell = tell

    def redactor(self) -> Redactor:
        """What masks everything learnt so far."""
        return Redactor(self._learnt)
