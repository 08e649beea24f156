from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_user
from accounts.tokens import open_session
from tests.unit.integrations.test_safe_json import HOSTILE

ECHO = "/api/v1/test/echo"
JSON = "application/json"
BODIES = [(body, reason) for body, reason in HOSTILE if isinstance(body, bytes) and body.strip()]


@pytest.mark.parametrize(("body", "reason"), BODIES, ids=lambda value: str(value)[:24])
def test_a_hostile_body_is_400_by_name(api: APIClient, body: bytes, reason: str):
    """S28: at the door of the API."""
    answer = api.post(ECHO, body, content_type=JSON)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_json"
    assert answer.json()["details"]["reason"] == reason


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a\\u0000b", "\\ud800", "a\x00"])
def test_a_hostile_name_makes_nobody(api: APIClient, name: str):
    """S28: nothing is half-written, and nothing reaches a column that cannot hold it."""
    boss = create_user(username="boss", password="korova-3-moloko", roles=["admin"])
    body = f'{{"username":"anna","password":"korova-3-moloko","name":"{name}"}}'
    answer = api.post(
        "/api/v1/users", body, content_type=JSON, HTTP_AUTHORIZATION=f"Bearer {open_session(user=boss).access}"
    )
    assert answer.status_code == 400
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "x"],
)
def test_another_type_than_json_is_415(api: APIClient, content_type: str):
    answer = api.post(ECHO, b"a=1", content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-16", "windows-1251", "latin1", '"utf-16"'])
def test_another_charset_than_utf8_is_400(api: APIClient, charset: str):
    answer = api.post(ECHO, b"{}", content_type=f"application/json; charset={charset}")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "charset")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf8_may_be_named(api: APIClient, charset: str):
    body = '{"имя":"Ёж"}'.encode()
    answer = api.post(ECHO, body, content_type=f"application/json; charset={charset}")
    assert answer.json() == {"body": {"имя": "Ёж"}}


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_no_body_is_an_empty_object(api: APIClient, body: bytes):
    assert api.post(ECHO, body, content_type=JSON).json() == {"body": {}}


def test_eleven_megabytes_are_413(api: APIClient):
    answer = api.post(ECHO, b'"' + b"x" * 11_000_000 + b'"', content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["details"] == {"limit": settings.API_MAX_BODY}


def test_the_length_is_counted_even_if_it_is_not_told(api: APIClient):
    answer = api.post(ECHO, b'"' + b"x" * 11_000_000 + b'"', content_type=JSON, CONTENT_LENGTH="10")
    assert answer.status_code in {400, 413}


def test_an_address_may_take_less(api: APIClient):
    assert api.post("/api/v1/test/small-echo", b'"' + b"x" * 98 + b'"', content_type=JSON).status_code == 200
    answer = api.post("/api/v1/test/small-echo", b'"' + b"x" * 99 + b'"', content_type=JSON)
    assert (answer.status_code, answer.json()["details"]) == (413, {"limit": 100})


def test_numbers_come_back_with_all_their_digits(api: APIClient):
    answer = api.post(ECHO, b'{"price":12345678901234567890.10,"n":9007199254740993}', content_type=JSON)
    assert answer.content == b'{"body":{"price":12345678901234567890.10,"n":9007199254740993}}'
    assert json.loads(answer.content, parse_float=Decimal)["body"]["price"] == Decimal("12345678901234567890.10")


def test_text_comes_back_as_utf8(api: APIClient):
    answer = api.post(ECHO, {"name": "Ёж 😀"})
    assert "Ёж 😀".encode() in answer.content
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "x", "extra": 1}, "unknown_field"),
        ({"name": "x", "inner": {"price": 1, "extra": 1}}, "unknown_field"),
        ({"id": 8, "name": "x"}, "read_only_field"),
        ({}, "invalid"),
        ({"name": None}, "invalid"),
        ([], "invalid"),
        ("x", "invalid"),
    ],
)
def test_a_strict_address_takes_what_it_names(api: APIClient, body: object, code: str):
    """S24: unknown fields are 400 at every depth."""
    answer = api.put("/api/v1/test/item", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_read_only_field_may_repeat_what_is_stored(api: APIClient):
    assert api.put("/api/v1/test/item", {"id": 7, "name": "Восемь"}).json() == {"name": "Восемь"}
