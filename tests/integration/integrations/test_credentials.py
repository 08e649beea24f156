"""Secrets at rest: bound to their row, readable with the key only, never shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from accounts.models import Project
from accounts.services import default_project
from integrations import credentials
from integrations.errors import (
    CredentialInvalid,
    CredentialKeysInvalid,
    CredentialNotFound,
    CredentialUnreadable,
)
from integrations.models import Credential
from integrations.redaction import redact
from integrations.secret import MASK, Secret

pytestmark = pytest.mark.django_db

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]


def stored(name: str = "shop", kind: str = "bearer", value: str = "s3cr3t-value", login: str = "") -> Credential:
    credential = Credential(project=default_project(), name=name, kind=kind, allowed_hosts=["api.example.org"])
    credentials.seal(credential, value=value, login=login)
    credential.save()
    return credential


def test_a_secret_comes_back_in_its_own_project_only() -> None:
    credential = stored()
    secret = credentials.reveal(credential.id, credential.project_id)
    assert (secret.value, secret.kind, secret.hosts) == ("s3cr3t-value", "bearer", ("api.example.org",))
    stranger = Project.objects.create(code="other", name="Other")
    with pytest.raises(CredentialNotFound):
        credentials.reveal(credential.id, stranger.id)


def test_the_row_and_every_representation_hide_the_secret() -> None:
    credential = stored()
    secret = credentials.reveal(credential.id, credential.project_id)
    row = Credential.objects.filter(pk=credential.pk).values().get()
    shown = f"{row} {bytes(row['ciphertext'])!r} {secret!r} {secret} {credential!r}"
    assert "s3cr3t-value" not in shown


def test_the_same_secret_twice_gives_two_ciphertexts() -> None:
    assert stored("one").ciphertext != stored("two").ciphertext


def test_a_ciphertext_that_was_moved_to_another_row_does_not_open() -> None:
    one, two = stored("one"), stored("two", value="another-value")
    Credential.objects.filter(pk=two.pk).update(ciphertext=one.ciphertext)
    with pytest.raises(CredentialUnreadable):
        credentials.reveal(two.id, two.project_id)


def test_a_row_that_was_given_to_another_project_does_not_open() -> None:
    """S26: the owner is bound into the ciphertext as the row's id is."""
    credential = stored()
    other = Project.objects.create(code="other", name="Other")
    Credential.objects.filter(pk=credential.pk).update(project=other)
    with pytest.raises(CredentialUnreadable):
        credentials.reveal(credential.id, other.pk)


def test_a_wrong_key_is_a_clear_error(settings: Any) -> None:
    credential = stored()
    settings.CREDENTIAL_KEYS = [NEW]
    with pytest.raises(CredentialUnreadable) as caught:
        credentials.reveal(credential.id, credential.project_id)
    assert "CREDENTIAL_KEYS" in str(caught.value.message)


def test_rotation_moves_every_row_to_the_new_key_while_both_open(settings: Any) -> None:
    rows = [stored(f"shop {number}", value=f"value-{number}") for number in range(3)]
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert credentials.rotate(limit=2).count == 2
    assert [credentials.reveal(row.id, row.project_id).value for row in rows] == ["value-0", "value-1", "value-2"]
    assert (credentials.rotate().count, credentials.rotate().count) == (1, 0)
    settings.CREDENTIAL_KEYS = [NEW]
    assert [credentials.reveal(row.id, row.project_id).value for row in rows] == ["value-0", "value-1", "value-2"]


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"x" * 31).decode(), "not base64!"])
def test_a_malformed_key_is_named_as_such(settings: Any, text: str) -> None:
    settings.CREDENTIAL_KEYS = [text]
    with pytest.raises(CredentialKeysInvalid):
        credentials.keys()


def test_without_a_key_nothing_is_sealed(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = []
    with pytest.raises(CredentialKeysInvalid):
        stored()


def test_a_key_may_be_written_in_either_alphabet_of_base64(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [base64.b64encode(b"\xfb" * 32).decode()]
    credential = stored()
    settings.CREDENTIAL_KEYS = [base64.urlsafe_b64encode(b"\xfb" * 32).decode()]
    assert credentials.reveal(credential.id, credential.project_id).value == "s3cr3t-value"


@pytest.mark.parametrize(
    ("kind", "value", "login", "field"),
    [
        ("magic", "v", "", "kind"),
        ("bearer", "", "", "value"),
        ("bearer", "line\nbreak", "", "value"),
        ("basic", "password", "", "login"),
        ("header", "key", "", "login"),
        ("header", "key", "X\r\nY", "login"),
    ],
)
def test_a_secret_that_does_not_fit_its_kind_is_refused(kind: str, value: str, login: str, field: str) -> None:
    with pytest.raises(CredentialInvalid) as caught:
        stored(kind=kind, value=value, login=login)
    assert caught.value.details == {"field": field}


@pytest.mark.parametrize(
    ("kind", "login", "value", "headers"),
    [
        ("bearer", "", "abc", {"Authorization": "Bearer abc"}),
        ("wildberries", "", "Bearer abc", {"Authorization": "Bearer abc"}),
        ("basic", "user", "pass", {"Authorization": "Basic dXNlcjpwYXNz"}),
        ("header", "X-Api-Key", "abc", {"X-Api-Key": "abc"}),
    ],
)
def test_each_kind_travels_in_its_header(kind: str, login: str, value: str, headers: dict[str, str]) -> None:
    assert Secret(id="1", kind=kind, value=value, login=login).headers() == headers


@pytest.mark.parametrize(
    ("hosts", "host", "allowed"),
    [
        ((), "anywhere.example", True),
        (("api.example.org",), "api.example.org", True),
        (("API.example.org",), "api.example.org", True),
        (("api.example.org",), "evil-api.example.org", False),
        (("*.example.org",), "api.example.org", True),
        (("*.example.org",), "example.org", False),
        (("*.example.org",), "evilexample.org", False),
    ],
)
def test_a_secret_goes_to_its_hosts_only(hosts: tuple[str, ...], host: str, allowed: bool) -> None:
    assert Secret(id="1", kind="bearer", value="v", hosts=hosts).may_go_to(host) is allowed


def test_known_secrets_are_masked_in_every_form() -> None:
    secret = Secret(id="1", kind="basic", login="user", value="p@ss/word+1")
    raw = secret.value.encode()
    text = " ".join(
        [
            secret.value,
            "p%40ss%2Fword%2B1",
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(raw).decode(),
            raw.hex(),
            secret.headers()["Authorization"],
            "harmless",
        ]
    )
    masked = redact(text, [secret])
    assert set(masked.replace("=", "").split()) == {MASK, "harmless"}


def test_a_plain_text_secret_is_masked_and_a_tiny_one_is_left() -> None:
    assert redact("key=abcdef x", ["abcdef", "x"]) == f"key={MASK} x"
