"""Fields that nodes share which look into a mailbox: whose, and into which folder."""

from __future__ import annotations

from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import IMAP
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef


class OfMailbox(node_type.Config):
    """Which folder of which mailbox."""

    credential: CredentialRef = CredentialField(IMAP, required=True)
    folder: str = Field(
        default="INBOX",
        min_length=1,
        max_length=200,
        title=gettext_noop("Папка"),
        description=gettext_noop("Папка ящика, обычно INBOX"),
    )
