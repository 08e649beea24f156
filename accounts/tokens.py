"""Bearer tokens: signed HS256 JWTs that are believed only together with what the database says now.

Three kinds: `access` (10 minutes) and `refresh` (7 days, good for one exchange) belong to a `TokenFamily`, one per
log-in; `service` belongs to a `ServiceAccount` and lives as long as that says. Every use reads the person again, so a
deactivated person, a changed password or role, a logout and a revoked account count from the next request on.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt
import structlog
import uuid_utils.compat
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from accounts import clock
from accounts.clock import Clock, Now
from accounts.errors import InvalidToken
from accounts.models import ServiceAccount, TokenFamily, User

ACCESS_TERM = timedelta(minutes=10)
REFRESH_TERM = timedelta(days=7)
ISSUER = "naryad"
AUDIENCE = "naryad-api"
MAX_LENGTH = 4096
# PostgreSQL's clock decides about terms (`_in_force`); the library's own look at this host's clock must not.
HOST_CLOCK_LEEWAY = timedelta(days=36500)


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a token with a good signature says; whether it still holds is another question."""

    type: TokenType
    user_id: int
    version: int
    id: uuid.UUID
    expires_at: datetime
    family_id: uuid.UUID | None
    service_account_id: int | None


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """What a client gets at log-in; `expires_in` is the term of `access` in seconds."""

    access: str
    refresh: str
    expires_in: int


def authenticate_token(raw: str) -> User:
    """The person behind an access or service token, read from the database; raises `InvalidToken`.

    A long connection asks again from time to time: the answer changes with the person's rights.
    """
    claims = read(raw)
    people = User.objects.filter(pk=claims.user_id, is_active=True, token_version=claims.version)
    people = people.alias(now=Now()).filter(now__lt=claims.expires_at)
    if claims.type is TokenType.ACCESS:
        people = people.filter(token_families=claims.family_id, token_families__revoked_at=None)
    elif claims.type is TokenType.SERVICE:
        people = people.filter(
            service_account=claims.service_account_id,
            service_account__revoked_at=None,
            service_account__expires_at__gt=Now(),
        )
    else:
        raise InvalidToken
    user = people.first()
    if user is None:
        raise InvalidToken
    return user


@transaction.atomic
def open_session(*, user: User) -> TokenPair:
    """Begin a new family of tokens for a person who has just proved who they are."""
    TokenFamily.objects.filter(user=user, expires_at__lt=Now()).delete()
    User.objects.filter(pk=user.pk).update(last_login=Clock())
    now = clock.read()
    family = TokenFamily.objects.create(user=user, expires_at=now + REFRESH_TERM)
    return _pair(family, user, now)


def refresh(raw: str) -> TokenPair:
    """Exchange a refresh token for a new pair; raises `InvalidToken`.

    Of parallel exchanges of one token one succeeds. A token that was exchanged before revokes its whole family.
    """
    claims = read(raw)
    if claims.type is not TokenType.REFRESH:
        raise InvalidToken
    with transaction.atomic():
        pair = _rotate(claims)
    # Raised outside the transaction, so that a revocation stays.
    if pair is None:
        raise InvalidToken
    return pair


def log_out(raw: str) -> None:
    """Revoke the family of this access or refresh token; raises `InvalidToken` also when it is revoked already."""
    claims = read(raw)
    if claims.family_id is None:
        raise InvalidToken
    families = TokenFamily.objects.filter(id=claims.family_id, revoked_at=None).alias(now=Now())
    if not families.filter(now__lt=claims.expires_at).update(revoked_at=Clock(), revoke_reason="logout"):
        raise InvalidToken


def revoke_sessions(families: QuerySet[TokenFamily]) -> None:
    """End these log-ins at once; those that have ended already keep their time and reason."""
    families.filter(revoked_at=None).update(revoked_at=Clock(), revoke_reason="logout")


def issue_service_token(account: ServiceAccount) -> str:
    """The token of a service account: it is kept nowhere, so the caller shows it now or never."""
    return _sign(TokenType.SERVICE, account.user, clock.read(), account.expires_at, service=account.pk)


def read(raw: str) -> Claims:
    """Check form, signature, issuer and audience; raises `InvalidToken`. The term and the person are not looked at."""
    if len(raw) > MAX_LENGTH or not raw.isascii():
        raise InvalidToken
    try:
        # Nothing in a header may steer the check: no other algorithm, no `crit`, `kid`, `jku`, `jwk`, `x5u`.
        if jwt.get_unverified_header(raw) != {"alg": "HS256", "typ": "JWT"}:
            raise InvalidToken
        return _claims(_signer().decode(raw))  # type: ignore[arg-type]  # simplejwt annotates its own class
    except (TokenBackendError, jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidToken from error


def _claims(payload: dict[str, Any]) -> Claims:
    family, service = payload.get("family"), payload.get("service")
    return Claims(
        type=TokenType(payload["token_type"]),
        user_id=int(payload["sub"]),
        version=int(payload["version"]),
        id=uuid.UUID(payload["jti"]),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        family_id=uuid.UUID(family) if family is not None else None,
        service_account_id=int(service) if service is not None else None,
    )


def _rotate(claims: Claims) -> TokenPair | None:
    """The next pair of the family, or None after revoking it; needs a transaction."""
    if claims.family_id is None:
        return None
    family = (
        TokenFamily.objects.select_for_update()
        .annotate(now=Clock())
        .filter(id=claims.family_id, user_id=claims.user_id, revoked_at=None, expires_at__gt=Now())
        .first()
    )
    if family is None:
        return None
    now: datetime = family.now
    user = User.objects.filter(pk=claims.user_id, is_active=True, token_version=claims.version).first()
    if user is None or family.current != claims.id:
        family.revoked_at = now
        family.revoke_reason = "rights" if user is None else "reuse"
        family.save(update_fields=["revoked_at", "revoke_reason"])
        return None
    family.current = uuid_utils.compat.uuid7()
    family.expires_at = now + REFRESH_TERM
    family.save(update_fields=["current", "expires_at"])
    return _pair(family, user, now)


def _pair(family: TokenFamily, user: User, now: datetime) -> TokenPair:
    return TokenPair(
        access=_sign(TokenType.ACCESS, user, now, now + ACCESS_TERM, family=str(family.pk)),
        refresh=_sign(TokenType.REFRESH, user, now, now + REFRESH_TERM, family=str(family.pk), jti=str(family.current)),
        expires_in=int(ACCESS_TERM.total_seconds()),
    )


def _sign(kind: TokenType, user: User, now: datetime, expires_at: datetime, **claims: Any) -> str:
    # The object in hand may be older than the last change of rights, the row is not.
    version = User.objects.values_list("token_version", flat=True).get(pk=user.pk)
    payload = {
        "token_type": kind.value,
        "sub": str(user.pk),
        "version": version,
        "jti": str(uuid_utils.compat.uuid7()),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return _signer().encode({**payload, **claims})


def _signer() -> TokenBackend:
    return TokenBackend(
        "HS256",
        signing_key=settings.JWT_SIGNING_KEY,
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=HOST_CLOCK_LEEWAY,
    )


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; nothing else opens the API, in particular no cookie.

    The rest of the request is in the person's language, where they have chosen one.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        raw = bearer(request)
        if raw is None:
            return None
        user = authenticate_token(raw)
        structlog.contextvars.bind_contextvars(user_id=user.pk)
        if user.language:
            translation.activate(user.language)  # until the next request: Django's middleware sets it for each
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def bearer(request: Request) -> str | None:
    """The token of the `Authorization` header, None without one; raises `InvalidToken` for a header that is odd."""
    parts = get_authorization_header(request).split()
    if not parts or parts[0].lower() != b"bearer":
        return None
    if len(parts) != 2:
        raise InvalidToken
    return parts[1].decode("latin-1")
