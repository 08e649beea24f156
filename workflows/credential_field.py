"""The field by which a node's config names a credential: `auth: CredentialRef = CredentialField(BEARER)`.

The config holds the credential's id and never the secret. A node hands the id on to its client, which opens it for
the length of a call.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.graph.marked_fields import KINDS

CredentialRef: TypeAlias = UUID
"""The id of a credential."""

TITLE = gettext_noop("Учётные данные")
DESCRIPTION = gettext_noop("Сохранённый доступ к внешней системе; сам секрет в рабочий процесс не попадает")


def CredentialField(  # noqa: N802 - stands where pydantic's `Field` would
    *kinds: str, title: str = TITLE, description: str = DESCRIPTION, required: bool = False
) -> Any:
    """A field for a credential of one of these kinds (`integrations.credential_kinds`).

    Unless it is `required` its type is `CredentialRef | None`. It takes no templates: which credential a node may use
    must be known before it runs.
    """
    said: dict[str, Any] = {"title": title, "description": description, "json_schema_extra": {KINDS: list(kinds)}}
    return Field(**said) if required else Field(default=None, **said)
