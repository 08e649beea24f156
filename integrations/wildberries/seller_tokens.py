"""What the token of a seller says of itself, for whoever asks nothing of Wildberries."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from integrations import credentials
from integrations.errors import CredentialError
from integrations.wildberries import tokens
from integrations.wildberries.tokens import TokenInfo


def token_of(credential: UUID | None, project_id: int) -> TokenInfo:
    """What the token of a credential, or without one the installation's, says of itself.

    One that cannot be opened is as good as unreadable: it counts as a personal token.
    """
    if credential is None:
        return tokens.read(tokens.bare(settings.WB_API_KEY))
    try:
        return tokens.read(tokens.bare(credentials.reveal(credential, project_id).value))
    except CredentialError:
        return tokens.read("")
