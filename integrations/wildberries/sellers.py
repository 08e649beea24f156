"""Which seller a step speaks for: the one of its credential, else the installation's."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from integrations.scope import CallScope
from integrations.wildberries.client import WildberriesClient


class Sellers:
    """Gives the client for a step's credential."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def client(self, credential: UUID | None) -> WildberriesClient:
        """Raises `CredentialError`, and without a credential `TokenMissing`."""
        if credential is None:
            return WildberriesClient.connect(self._scope)
        return WildberriesClient.of_seller(self._scope, self._scope.secret(credential))
