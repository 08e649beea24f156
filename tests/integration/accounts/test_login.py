from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from rest_framework.test import APIClient

from accounts import clock, tokens
from accounts.models import LoginFailure, User
from tests.integration.accounts.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db


def log_in(username: str, password: str, **extra: Any):
    return APIClient().post("/api/v1/auth/token", {"username": username, "password": password}, **extra)


def test_a_password_opens_the_api(person: People):
    """S3-3: a JWT from `/auth/token` is what `Authorization: Bearer` takes."""
    user = person("viewer")
    answer = log_in("viewer", PASSWORD)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expiresIn"}
    assert answer.json()["expiresIn"] == 600
    assert answer["Cache-Control"] == "no-store"
    me = APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert me.status_code == 200
    assert me.json()["id"] == user.pk


def test_a_login_is_found_in_any_case(person: People):
    person("Viewer", roles=[])
    assert log_in("vieWER", PASSWORD).status_code == 200


def test_logging_in_is_remembered(person: People):
    user = person("viewer")
    log_in("viewer", PASSWORD)
    user.refresh_from_db()
    assert user.last_login is not None


def test_every_failure_looks_the_same(person: People):
    """S20: nobody learns which logins exist or are closed."""
    person("viewer")
    person("gone", roles=[], is_active=False)
    person("linked", roles=[])
    User.objects.filter(username="linked").update(password="!")
    answers = [log_in(name, "wrong-password") for name in ("viewer", "nobody", "linked")]
    answers.append(log_in("gone", PASSWORD))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "bad_credentials"


def test_the_sixth_failure_in_a_minute_is_refused_unread(person: People):
    """S20: five failures a minute for one login from one address."""
    person("viewer")
    for _attempt in range(5):
        assert log_in("viewer", "wrong-password").status_code == 401
    answer = log_in("viewer", PASSWORD)
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert 0 < int(answer["Retry-After"]) <= 60
    for spelling in ("VIEWER", "v\u0131ewer", "V\u0131EWER"):  # PostgreSQL's upper case of the dotless i is I
        assert log_in(spelling, PASSWORD).status_code == 429
    assert log_in("viewer", PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_a_minute_later_the_door_is_open_again(person: People):
    person("viewer")
    for _attempt in range(5):
        log_in("viewer", "wrong-password")
    clock.shift(connection, 61)
    assert log_in("viewer", PASSWORD).status_code == 200


def test_one_address_may_fail_twenty_times_with_whatever_login(db: None):
    for number in range(20):
        assert log_in(f"user{number}", "wrong-password").status_code == 401
    assert log_in("user99", "wrong-password").status_code == 429


def test_a_spoofed_header_does_not_make_a_new_address(db: None):
    for number in range(20):
        log_in(f"user{number}", "wrong-password")
    answer = log_in("user99", "wrong-password", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert answer.status_code == 429


def test_neighbours_in_one_ipv6_network_are_one_address(db: None):
    for number in range(20):
        log_in(f"user{number}", "wrong-password", REMOTE_ADDR=f"2001:db8::{number:x}")
    assert log_in("user99", "wrong-password", REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert log_in("user99", "wrong-password", REMOTE_ADDR="2001:db8:0:1::1").status_code == 401


def test_success_counts_for_nothing(person: People):
    person("viewer")
    for _attempt in range(30):
        assert log_in("viewer", PASSWORD).status_code == 200
    assert not LoginFailure.objects.exists()


def test_failures_keep_no_login_and_no_password(db: None):
    log_in("my-secret-password-in-the-wrong-field", "wrong-password")
    failure = LoginFailure.objects.get()
    assert "secret" not in failure.login_digest


class Counted(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what an answer's time is made of."""

    algorithm = "counted"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        Counted.times += 1
        return super().encode(password, salt)


def test_every_failure_takes_the_same_work(person: People, settings):
    """S20: an unknown, a closed, a password-less and a known login cost one hash each, so time tells nothing apart."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    for name, closed in (("viewer", False), ("gone", True), ("linked", False)):
        user = person(name, roles=[])
        user.set_password(PASSWORD)
        if name == "linked":
            user.set_unusable_password()
        user.is_active = not closed
        user.save()
    work = []
    for name, password in (("viewer", "wrong"), ("gone", PASSWORD), ("linked", "wrong"), ("nobody", "wrong")):
        Counted.times = 0
        assert log_in(name, password).status_code == 401
        work.append(Counted.times)
    assert work == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "x"}, {"username": None, "password": 1}, {"username": ["x"], "password": {}}, [], "x", 5],
)
def test_a_body_of_another_shape_is_400(db: None, body: object):
    answer = APIClient().post("/api/v1/auth/token", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_a_cookie_does_not_open_the_api(person: People):
    """S33: bearer only, so there is nothing a foreign page could ride on."""
    api = APIClient(enforce_csrf_checks=True)
    api.force_login(person("admin"))
    assert api.get("/api/v1/me").status_code == 401
    assert api.post("/api/v1/users", {"username": "x", "password": PASSWORD}).status_code == 401


def test_a_token_in_the_address_does_not_open_the_api(person: People):
    access = tokens.open_session(user=person("viewer")).access
    assert APIClient().get(f"/api/v1/me?access_token={access}&token={access}").status_code == 401
