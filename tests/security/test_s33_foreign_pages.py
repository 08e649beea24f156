"""A page elsewhere has the cookies of its reader and nothing else: no address acts upon these alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.tokens import BearerAuthentication
from tests.integration.runs import person
from tests.security.test_s23_routes import routes

pytestmark = pytest.mark.django_db

WITHOUT_COOKIES = {
    "hooks/<str:address>": "its trigger says how a caller proves who they are",
    "webhook/<path:path>": "the same at the address that it had in n8n",
    "forms/<str:address>": "open to whoever knows its address; it does not ask who is there",
    "telegram/webhook": "has a secret of its own",
    "telegram/clients/webhook": "has a secret of its own",
    "unsubscribe/<str:token>": "the token in the address is of the letter's reader",
    "api/v1/auth/token": "takes a login and a password",
    "api/v1/auth/token/refresh": "takes a refresh token",
    "api/v1/auth/logout": "takes the token that it ends",
    "api/v1/schema": "only tells",
    "api/v1/docs": "only tells",
}
"""Addresses that take a call from elsewhere, and why no session counts there."""


def views() -> Iterator[tuple[str, Any]]:
    for path, pattern in routes(get_resolver()):
        yield path, pattern.callback


def test_every_page_wants_the_token_of_its_own_form() -> None:
    """S33: an address that takes calls from elsewhere is named here, or is of the API."""
    exempt = {
        path
        for path, view in views()
        if getattr(view, "csrf_exempt", False) and BearerAuthentication not in _ways(view)
    }
    assert exempt == set(WITHOUT_COOKIES)


def test_the_api_knows_no_way_in_but_the_bearers() -> None:
    """S33: no view has been given an authentication by cookie beside."""
    known = {path: _ways(view) for path, view in views() if hasattr(view, "cls") or hasattr(view, "view_class")}
    ways = {way for each in known.values() for way in each}
    assert ways <= {BearerAuthentication}


@pytest.mark.parametrize("address", ["/admin/workflows/workflow/add/", "/admin/logout/", "/tickets/new", "/login"])
def test_a_session_alone_changes_nothing(address: str) -> None:
    """S33: the cookie of the reader comes along, the token of the form does not."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("admin", is_staff=True, is_superuser=True))
    answer = browser.post(address, {"name": "x"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def _ways(view: Any) -> tuple[type, ...]:
    of = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return tuple(getattr(of, "authentication_classes", ()))
