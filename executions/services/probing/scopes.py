"""What the calls of a trigger may use: the credential that its config names, for a limited time."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from executions.models import Listener
from integrations.scope import CallScope
from integrations.vault import Vault

LOOK_SECONDS: Final = 30.0


def vault_of(listener: Listener) -> Vault:
    """What its calls may open. What they bring is masked by `redactor()`: runs that it begins may know no secret."""
    named = listener.config.get("credential")
    return Vault.load(project_id=listener.project_id, own=[UUID(named)] if named else [])


def scope_of(listener: Listener, vault: Vault | None = None) -> CallScope:
    """Raises `CredentialError`."""
    secrets = vault_of(listener) if vault is None else vault
    return CallScope(
        deadline=time.monotonic() + LOOK_SECONDS, secrets=secrets, project=lambda: int(listener.project_id)
    )
