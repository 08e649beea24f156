"""Which mail server takes a letter: the one that a credential names, else the installation's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from django.conf import settings

from integrations.credential_kinds import SMTP
from integrations.dialling import endpoint
from integrations.errors import CredentialInvalid
from integrations.mail.errors import MailNotReady
from integrations.secret import Secret
from integrations.vault import Vault

Security = Literal["ssl", "starttls", "none"]
TLS_PORT: Final = 465


@dataclass(frozen=True)
class MailServer:
    """`address` is where to connect, `host` the name for TLS. `sender` is who writes where the letter does not say."""

    host: str
    port: int
    address: str
    security: Security
    login: str
    sender: str
    password: str = field(repr=False)


def server_of(credential: UUID | None, project_id: int) -> MailServer:
    """The server of a credential that the project may use, or the installation's.

    Raises `CredentialError`, `MailNotReady`, and as `dialling.endpoint`.
    """
    if credential is None:
        return _of_the_installation()
    return of_secret(Vault.load(project_id=project_id, own=[credential]).open(credential))


def of_secret(secret: Secret) -> MailServer:
    """The checked server of an opened credential. Raises `CredentialInvalid`, and as `dialling.endpoint`."""
    if secret.kind != SMTP:
        raise CredentialInvalid(field="kind", credential=secret.id)
    place = endpoint(secret)
    security = _SECURITY.get(place.scheme or ("ssl" if place.port == TLS_PORT else "starttls"))
    if security is None:
        raise CredentialInvalid(field="settings.security", credential=secret.id)
    return MailServer(
        host=place.host,
        port=place.port,
        address=place.address,
        security=security,
        login=place.login,
        password=place.password,
        sender=secret.settings.get("sender", ""),
    )


_SECURITY: Final[dict[str, Security]] = {"ssl": "ssl", "starttls": "starttls", "none": "none"}


def _of_the_installation() -> MailServer:
    if not settings.EMAIL_HOST:
        raise MailNotReady
    return MailServer(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        address=settings.EMAIL_HOST,
        security="ssl" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none",
        login=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        sender="",
    )
