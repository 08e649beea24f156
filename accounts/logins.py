"""Logging in with a password: equal answers for all kinds of failure, and a limit on failures kept in PostgreSQL.

In a minute one address may fail 5 times with one login and 20 times with any. An attempt is written down *before* the
password is looked at and struck out when it succeeds, so parallel guesses cannot slip through together.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F

from accounts.clock import Now
from accounts.errors import BadCredentials, TooManyAttempts
from accounts.models import LoginFailure, User

WINDOW = timedelta(minutes=1)
PER_LOGIN = 5
PER_ADDRESS = 20
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - a placeholder, nothing listens on it


def log_in(*, username: str, password: str, address: str) -> User:
    """The person with this login and password; raises `BadCredentials`, `TooManyAttempts`.

    Not to be called inside a transaction that may be rolled back: the failure would be forgotten with it.
    """
    attempt = reserve(username=username, address=address)
    # Django's backend hashes for unknown and deactivated people too, so all failures take the same time.
    user = authenticate(None, username=username, password=password)
    if not isinstance(user, User):
        raise BadCredentials
    forgive(attempt)
    return user


@transaction.atomic
def reserve(*, username: str, address: str) -> LoginFailure:
    """Write down an attempt as failed until `forgive` strikes it out; raises `TooManyAttempts`."""
    address = counted_address(address)
    # Logins are found by upper case: whatever is one there is counted as one, the Turkish dotless i for instance.
    digest = hashlib.sha256(username.upper().casefold().encode()).hexdigest()
    with connection.cursor() as cursor:
        # Attempts from one address queue here, otherwise parallel ones would not see each other's rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('login:' || %s, 0))", [address])
    LoginFailure.objects.filter(at__lt=Now() - 10 * WINDOW).delete()
    recent = list(
        LoginFailure.objects.filter(address=address, at__gt=Now() - WINDOW)
        .annotate(age=ExpressionWrapper(Now() - F("at"), output_field=DurationField()))
        .order_by("at")
        .values_list("login_digest", "age")
    )
    same_login = [age for login, age in recent if login == digest]
    for ages, limit in ((same_login, PER_LOGIN), ([age for _login, age in recent], PER_ADDRESS)):
        if len(ages) >= limit:
            raise TooManyAttempts(retry_after=max(1, round((WINDOW - ages[0]).total_seconds())))
    return LoginFailure.objects.create(login_digest=digest, address=address)


def forgive(attempt: LoginFailure) -> None:
    """The attempt succeeded, so it does not count."""
    attempt.delete()


def client_address(meta: Mapping[str, str]) -> str:
    """The address a request came from: `X-Forwarded-For` is believed only as far as `TRUSTED_PROXIES` wrote it."""
    trusted = [ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES]
    hops = [*meta.get("HTTP_X_FORWARDED_FOR", "").split(","), meta.get("REMOTE_ADDR", "")]
    address = UNKNOWN_ADDRESS
    for hop in reversed(hops):
        try:
            parsed = ipaddress.ip_address(hop.strip())
        except ValueError:
            break
        address = str(parsed)
        if not any(parsed in network for network in trusted):
            break
    return address


def counted_address(address: str) -> str:
    """The address as requests are counted by it: one customer usually owns a whole /64 of IPv6, so that is one."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address
