"""The card of the installation's token: by API and admin, with a warning in time, and never the token itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from accounts.models import User
from accounts.services import default_project
from integrations.models import Event
from integrations.wildberries import expiry
from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.wildberries import Faults, point_at, readable_token
from tests.integration import runs

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/wildberries/token"
PAGE = "/admin/integrations/credential/wildberries-token/"
PROMOTION_AND_STATISTICS = 1 << 5 | 1 << 6 | 1 << 30


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def sandbox(settings, faults) -> Iterator[Sandbox]:
    with Sandbox(intercept=faults) as running:
        point_at(settings, running.url)
        yield running


def token(*, days: float = 100, **claims: Any) -> str:
    expires = int((datetime.now(UTC) + timedelta(days=days)).timestamp())
    return readable_token(**{"sid": "seller-1", "acc": 3, "exp": expires, "s": PROMOTION_AND_STATISTICS, **claims})


def card(query: str = "") -> dict[str, Any]:
    answer = runs.client(runs.person("editor")).get(ADDRESS + query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_card_tells_what_the_token_says_of_itself(sandbox, settings, faults):
    """S3-14: type, seller, expiry and categories, read without verifying; nothing is asked."""
    settings.WB_API_KEY = token()
    told = card()
    assert told.pop("expiresAt")
    assert told == {
        "configured": True,
        "readable": True,
        "kind": "personal",
        "seller": "seller-1",
        "daysLeft": 100,
        "categories": ["statistics", "promotion"],
        "readOnly": True,
        "warnings": [],
        "pings": [],
    }
    assert faults.requests == []


def test_a_ping_says_which_service_takes_the_token(sandbox, settings, faults):
    settings.WB_API_KEY = token()
    faults.answer("/ping", 401, {"title": "unauthorized", "detail": f"token {settings.WB_API_KEY} withdrawn"})
    told = card("?ping=true")
    assert [(ping["service"], ping["ok"]) for ping in told["pings"]] == [("promotion", False), ("statistics", True)]
    assert "токен" in told["pings"][0]["error"]
    assert settings.WB_API_KEY not in str(told)


@pytest.mark.parametrize(
    ("key", "warnings"),
    [
        ("", ["missing"]),
        ("not a token", ["unreadable"]),
        (token(days=13.5), ["expires_soon"]),
        (token(days=-2), ["expired"]),
        (token(s=1 << 5), ["no_promotion"]),
        (token(s=0), ["no_promotion", "no_statistics"]),
    ],
)
def test_what_is_wrong_with_a_token_is_told(settings, key, warnings):
    settings.WB_API_KEY = key
    assert card()["warnings"] == warnings


@pytest.mark.parametrize(
    ("role", "status"), [("anonymous", 401), (None, 403), ("viewer", 403), ("operator", 403), ("editor", 200)]
)
def test_the_card_is_for_those_who_build_workflows(role, status):
    user = None if role == "anonymous" else runs.person(role)
    assert runs.client(user).get(ADDRESS).status_code == status


def test_people_are_warned_fourteen_days_before_the_end_once_a_day(settings):
    """S3-14: an event, and a line of `manage.py check`."""
    project = default_project().pk
    settings.WB_API_KEY = token(days=15.5)
    assert (expiry.warn(project_id=project), _warned()) == (0, False)
    settings.WB_API_KEY = token(days=13.5)
    assert [expiry.warn(project_id=project) for _hour in range(3)] == [1, 0, 0]
    event = Event.objects.get(name=expiry.EXPIRES)
    assert (event.subject, event.payload["daysLeft"] in (13, 14)) == ("seller-1", True)
    assert _warned() is True
    settings.WB_API_KEY = ""
    assert (expiry.warn(project_id=project), _warned()) == (0, False)


def _warned() -> bool:
    return any(message.id == "integrations.W001" for message in run_checks())


def test_the_admin_shows_the_card_to_those_who_may_see_credentials(sandbox, settings):
    settings.WB_API_KEY = token(days=5)
    client = Client()
    client.force_login(User.objects.create_superuser("root", "korova-3-moloko"))
    text = client.get(PAGE + "?ping=1").content.decode()
    assert "seller-1" in text
    assert "принимает токен" in text
    assert "До конца действия токена" in text
    assert settings.WB_API_KEY not in text
    assert PAGE in client.get("/admin/integrations/credential/").content.decode()
    helper = Client()
    helper.force_login(User.objects.create_user("helper", password="korova-3-moloko", is_staff=True))
    assert helper.get(PAGE).status_code == 403
