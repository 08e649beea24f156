"""The page of breakers and limits: what it shows, who may close a breaker."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as installation
from django.test import Client
from django.urls import reverse

from config.navigation import PAGES
from integrations import breaker, limiter
from integrations.errors import CircuitOpen
from tests.integration import runs

pytestmark = pytest.mark.django_db

KEY = "-@down.example.org:443"


@pytest.fixture(autouse=True)
def _troubles() -> Iterator[None]:
    _forget()
    for _ in range(breaker.FAILURES):
        breaker.failed(KEY)
    limiter.freeze("method@slow.example.org:443", 60)
    yield
    _forget()


def _forget() -> None:
    with redis.Redis.from_url(installation.REDIS_URL) as valkey:
        for name in valkey.scan_iter("naryad:*"):
            valkey.delete(name)


def browser(role: str) -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(runs.person(role, is_staff=True))
    return client


def is_closed() -> bool:
    try:
        breaker.check(KEY, host="down.example.org")
    except CircuitOpen:
        return False
    return True


def test_an_admin_sees_open_breakers_and_limits_and_closes_one() -> None:
    """S3-20: the state of breakers and limits is visible in the admin, too."""
    client = browser("admin")
    page = client.get(reverse("admin:border")).content.decode()
    assert "down.example.org:443" in page
    assert "method@slow.example.org:443" in page
    assert not is_closed()
    answer = client.post(reverse("admin:border_close"), {"key": KEY}, follow=True)
    assert answer.status_code == 200
    assert is_closed()


def test_others_neither_see_the_page_nor_close_anything() -> None:
    for role in ("viewer", "editor"):
        client = browser(role)
        assert client.get(reverse("admin:border")).status_code == 403
        assert client.post(reverse("admin:border_close"), {"key": KEY}).status_code == 403
    assert not is_closed()


def test_the_side_bar_shows_a_page_only_to_those_who_may_open_it() -> None:
    for role in ("viewer", "operator", "editor", "admin"):
        client = browser(role)
        shown = set(re.findall(r'href="(/admin/(?:queues|templates|events|board|border)/)"', _overview(client)))
        open_to_them = {
            reverse(f"admin:{name}") for name in PAGES if client.get(reverse(f"admin:{name}")).status_code == 200
        }
        assert shown == open_to_them
        assert (reverse("admin:border") in shown) == (role == "admin")


def _overview(client: Client) -> str:
    return client.get(reverse("admin:index")).content.decode()
