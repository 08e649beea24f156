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
from functools import lru_cache
from typing import Any, Final

import jwt
import structlog
import uuid_utils.compat
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.utils import translation
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from accounts import clock
from accounts.clock import Clock, Now
from accounts.errors import InvalidToken
from accounts.models import Membership, ServiceAccount, TokenFamily, User
from accounts.roles import Role
from accounts.statements import HotStatement

ACCESS_TERM = timedelta(minutes=10)
REFRESH_TERM = timedelta(days=7)
ISSUER = "naryad"
AUDIENCE = "naryad-api"
MAX_LENGTH = 4096
# PostgreSQL's clock decides about terms (`_in_force`); the library's own look at this host's clock must not.
HOST_CLOCK_LEEWAY = timedelta(days=36500)
REMEMBERED_TOKENS: Final = 500
LARGEST_NUMBER: Final = 2**63 - 1


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


_PERSON: Final = [field.attname for field in User._meta.concrete_fields]
_BELIEVED = HotStatement(
    f"""
SELECT {", ".join(f"person.{field.column}" for field in User._meta.concrete_fields)},
    ARRAY(SELECT project_id FROM {Membership._meta.db_table} WHERE user_id = person.id ORDER BY id),
    ARRAY(SELECT role FROM {Membership._meta.db_table} WHERE user_id = person.id ORDER BY id)
FROM {User._meta.db_table} person
WHERE person.id = %(user)s::bigint AND person.is_active AND person.token_version = %(version)s::bigint
    AND naryad_now() < %(expires_at)s::timestamptz
    AND CASE %(type)s::text
        WHEN 'access' THEN EXISTS (
            SELECT FROM {TokenFamily._meta.db_table}
            WHERE id = %(family)s::uuid AND user_id = person.id AND revoked_at IS NULL
        )
        WHEN 'service' THEN EXISTS (
            SELECT FROM {ServiceAccount._meta.db_table}
            WHERE id = %(account)s::bigint AND user_id = person.id AND revoked_at IS NULL
                AND expires_at > naryad_now()
        )
        ELSE false
    END
"""  # noqa: S608 - built from constants
)
"""The person of a token that holds, and their roles. Written by hand, because every request asks it."""


def authenticate_token(raw: str) -> User:
    """The person behind an access or service token, read from the database; raises `InvalidToken`.

    Their roles are read with them and count as long as this object is used, which is one request. A long connection
    asks again from time to time: the answer changes with the person's rights.
    """
    claims = read(raw)
    found = _BELIEVED.row(
        {
            "type": claims.type.value,
            "user": claims.user_id,
            "version": claims.version,
            "expires_at": claims.expires_at,
            "family": claims.family_id,
            "account": claims.service_account_id,
        }
    )
    if found is None:
        raise InvalidToken
    *person, projects, roles = found
    user: User = User.from_db(DEFAULT_DB_ALIAS, _PERSON, person)
    user.roles_told = {project: Role(role) for project, role in zip(projects, roles, strict=True)}
    return user


@transaction.atomic
def open_session(*, user: User) -> TokenPair:
    """Begin a new family of tokens for a person who has just proved who they are."""
    TokenFamily.objects.filter(user=user, expires_at__lt=Now()).delete()
    User.objects.filter(pk=user.pk).update(last_login=Clock())
    now = clock.read()
    family = TokenFamily.objects.create(user=user, expires_at=now + REFRESH_TERM)
    return _pair(family, user, now)


@transaction.atomic
def lend_access(*, user: User) -> tuple[str, int]:
    """An access token for a page of somebody who is logged in by cookie, and its term in seconds.

    It has a family of its own that ends with it and knows no refresh token: the page asks again with its cookie.
    """
    TokenFamily.objects.filter(user=user, expires_at__lt=Now()).delete()
    now = clock.read()
    family = TokenFamily.objects.create(user=user, expires_at=now + ACCESS_TERM)
    access = _sign(TokenType.ACCESS, user, now, now + ACCESS_TERM, family=str(family.pk))
    return access, int(ACCESS_TERM.total_seconds())


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
    return _read(raw, settings.JWT_SIGNING_KEY)


@lru_cache(maxsize=REMEMBERED_TOKENS)
def _read(raw: str, key: str) -> Claims:
    """What a token says and whether `key` has signed it never changes, so a token that comes often is read once."""
    try:
        # Nothing in a header may steer the check: no other algorithm, no `crit`, `kid`, `jku`, `jwk`, `x5u`.
        if jwt.get_unverified_header(raw) != {"alg": "HS256", "typ": "JWT"}:
            raise InvalidToken
        return _claims(_signer(key).decode(raw))  # type: ignore[arg-type]  # simplejwt annotates its own class
    except (TokenBackendError, jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidToken from error


def _claims(payload: dict[str, Any]) -> Claims:
    family, service = payload.get("family"), payload.get("service")
    return Claims(
        type=TokenType(payload["token_type"]),
        user_id=_number(payload["sub"]),
        version=_number(payload["version"]),
        id=uuid.UUID(payload["jti"]),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        family_id=uuid.UUID(family) if family is not None else None,
        service_account_id=_number(service) if service is not None else None,
    )


def _number(claim: Any) -> int:
    """A number as rows have it; raises `ValueError` for one that no row can have, which PostgreSQL would not read."""
    number = int(claim)
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError
    return number


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
    return _signer(settings.JWT_SIGNING_KEY).encode({**payload, **claims})


def _signer(key: str) -> TokenBackend:
    return TokenBackend(
        "HS256",
        signing_key=key,
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
