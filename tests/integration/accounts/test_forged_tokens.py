from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.errors import InvalidToken
from tests.integration.accounts.conftest import People

pytestmark = pytest.mark.django_db

HEADER = {"alg": "HS256", "typ": "JWT"}
Claims = dict[str, Any]


def encode(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(header: Any, claims: Any, *, key: str = settings.JWT_SIGNING_KEY, digest: str = "sha256") -> str:
    signed = f"{encode(header)}.{encode(claims)}"
    return f"{signed}.{encode(hmac.digest(key.encode(), signed.encode(), digest))}"


def honest(access: str) -> Claims:
    body = access.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


FORGERIES: dict[str, Callable[[Claims], str]] = {
    "no algorithm": lambda c: f"{encode({'alg': 'none', 'typ': 'JWT'})}.{encode(c)}.",
    "no algorithm, other case": lambda c: f"{encode({'alg': 'NoNe', 'typ': 'JWT'})}.{encode(c)}.",
    "no signature": lambda c: f"{encode(HEADER)}.{encode(c)}.",
    "HS512 with the right key": lambda c: forge({**HEADER, "alg": "HS512"}, c, digest="sha512"),
    "HS384 with the right key": lambda c: forge({**HEADER, "alg": "HS384"}, c, digest="sha384"),
    "RS256 signed with the secret": lambda c: forge({**HEADER, "alg": "RS256"}, c),
    "another key": lambda c: forge(HEADER, c, key="x" * 48),
    "an empty key": lambda c: forge(HEADER, c, key=""),
    "Django's own key": lambda c: forge(HEADER, c, key=settings.SECRET_KEY),
    "a critical extension": lambda c: forge({**HEADER, "crit": ["exp"]}, c),
    "an unknown critical extension": lambda c: forge({**HEADER, "crit": ["x"], "x": 1}, c),
    "jku": lambda c: forge({**HEADER, "jku": "http://127.0.0.1/keys"}, c),
    "jwk": lambda c: forge({**HEADER, "jwk": {"kty": "oct", "k": encode(b"x" * 48)}}, c, key="x" * 48),
    "x5u": lambda c: forge({**HEADER, "x5u": "http://127.0.0.1/cert"}, c),
    "kid": lambda c: forge({**HEADER, "kid": "../../dev/null"}, c, key=""),
    "unencoded payload": lambda c: forge({**HEADER, "b64": False, "crit": ["b64"]}, c),
    "no header type": lambda c: forge({"alg": "HS256"}, c),
    "no term": lambda c: forge(HEADER, without(c, "exp")),
    "a term of words": lambda c: forge(HEADER, {**c, "exp": "tomorrow"}),
    "an endless term": lambda c: forge(HEADER, {**c, "exp": 10**30}),
    "expired": lambda c: forge(HEADER, {**c, "exp": int(time.time()) - 1}),
    "another issuer": lambda c: forge(HEADER, {**c, "iss": "somebody"}),
    "no issuer": lambda c: forge(HEADER, without(c, "iss")),
    "another audience": lambda c: forge(HEADER, {**c, "aud": "somebody"}),
    "no audience": lambda c: forge(HEADER, without(c, "aud")),
    "an unknown type": lambda c: forge(HEADER, {**c, "token_type": "root"}),
    "no type": lambda c: forge(HEADER, without(c, "token_type")),
    "a service token of nobody": lambda c: forge(HEADER, {**c, "token_type": "service"}),
    "an unknown family": lambda c: forge(HEADER, {**c, "family": str(uuid.uuid4())}),
    "no family": lambda c: forge(HEADER, without(c, "family")),
    "a family of words": lambda c: forge(HEADER, {**c, "family": "x"}),
    "an unknown person": lambda c: forge(HEADER, {**c, "sub": "999999999"}),
    "a person of words": lambda c: forge(HEADER, {**c, "sub": "admin' OR 1=1"}),
    "a person beyond all numbers": lambda c: forge(HEADER, {**c, "sub": str(10**40)}),
    "an older version": lambda c: forge(HEADER, {**c, "version": c["version"] - 1}),
    "no version": lambda c: forge(HEADER, without(c, "version")),
    "claims that are a list": lambda c: forge(HEADER, [c]),
    "claims that are no JSON": lambda c: forge(HEADER, b"\xff{"),
    "a header that is a list": lambda c: forge([HEADER], c),
    "changed claims": lambda c: forge(HEADER, c).replace(encode(c), encode({**c, "sub": "1"})),
    "two parts": lambda c: ".".join(forge(HEADER, c).split(".")[:2]),
    "four parts": lambda c: forge(HEADER, c) + ".x",
    "spaces": lambda c: forge(HEADER, c).replace(".", " . "),
    "very long": lambda c: forge(HEADER, {**c, "x": "y" * 10_000}),
    "nothing": lambda c: "",
    "dots": lambda c: "..",
    "not ASCII": lambda c: "токен",
}


def test_the_forger_of_these_tests_can_write_an_honest_token(person: People):
    user = person("admin")
    claims = honest(tokens.open_session(user=user).access)
    assert tokens.authenticate_token(forge(HEADER, claims)) == user


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_401(person: People, name: str):
    """S18: one algorithm, one key, and nothing in a header steers the check."""
    claims = honest(tokens.open_session(user=person("admin")).access)
    raw = FORGERIES[name](claims)
    with pytest.raises(InvalidToken):
        tokens.authenticate_token(raw)
    answer = APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {raw}".encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] in {"invalid_token", "not_authenticated"}
    exchanged = APIClient().post("/api/v1/auth/token/refresh", {"refresh": raw})
    assert exchanged.status_code in {400, 401}


def test_a_family_of_another_person_is_refused(person: People):
    theirs = honest(tokens.open_session(user=person("viewer")).access)
    mine = honest(tokens.open_session(user=person("admin")).access)
    with pytest.raises(InvalidToken):
        tokens.authenticate_token(forge(HEADER, {**mine, "family": theirs["family"]}))


def test_the_key_is_long_and_not_djangos():
    assert len(settings.JWT_SIGNING_KEY) >= 32
    assert settings.JWT_SIGNING_KEY != settings.SECRET_KEY
    assert hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest() != settings.JWT_SIGNING_KEY
