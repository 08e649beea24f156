from __future__ import annotations

import logging
from typing import Any, cast

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_user
from accounts.tokens import open_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What `config.middleware` has logged so far, as dictionaries."""
    caplog.set_level(logging.DEBUG, logger="config.middleware")

    def read() -> list[dict[str, Any]]:
        return [cast(Any, record.msg) for record in caplog.records if record.name == "config.middleware"]

    return read


def test_every_request_is_one_line_with_its_id(api: APIClient, lines: Any):
    """S3-23: request ids in every line."""
    answer = api.get("/api/v1/nothing/?token=topsecret")
    (line,) = lines()
    assert line["event"] == "request"
    assert line["request_id"] == answer["X-Request-Id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/nothing/", 404)
    assert line["ms"] >= 0
    assert "topsecret" not in str(line)
    assert "user_id" not in line


def test_the_line_names_the_person(api: APIClient, lines: Any):
    user = create_user(username="viewer", password="korova-3-moloko")
    api.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {open_session(user=user).access}")
    api.get("/api/v1/me")
    named, anonymous = lines()
    assert named["user_id"] == user.pk
    assert "user_id" not in anonymous, "nothing is left over from the request before"


def test_the_line_of_an_admin_page_names_the_person_too(lines: Any):
    client = Client()
    root = User.objects.create_superuser("root", "korova-3-moloko")
    client.force_login(root)
    client.get("/admin/")
    assert lines()[0]["user_id"] == root.pk


def test_the_id_of_a_client_is_kept(api: APIClient, lines: Any):
    assert api.get("/api/v1/me", headers={"X-Request-Id": "trace.7_a-B"})["X-Request-Id"] == "trace.7_a-B"
    assert lines()[0]["request_id"] == "trace.7_a-B"


@pytest.mark.parametrize("sent", ["", "a b", "a\x1b[2J", "x" * 65, "<script>", "ёж", '"}'])
def test_an_odd_id_is_replaced(api: APIClient, sent: str):
    """S39: nothing of the client's choosing is echoed that could forge a line."""
    given = api.get("/api/v1/me", headers={"X-Request-Id": sent})["X-Request-Id"]
    assert given != sent
    assert len(given) == 36


def test_lines_within_a_request_carry_its_id(api: APIClient, caplog: pytest.LogCaptureFixture):
    answer = api.get("/api/v1/test/faults/operational")
    (line,) = [cast(Any, record.msg) for record in caplog.records if record.name == "config.api_errors"]
    assert line["event"] == "database.unavailable"
    assert line["request_id"] == answer["X-Request-Id"]


def test_a_defect_is_logged_with_its_traceback(api: APIClient, caplog: pytest.LogCaptureFixture):
    api.get("/api/v1/test/faults/defect")
    (line,) = [record for record in caplog.records if record.name == "config.api_errors"]
    assert line.levelname == "ERROR"
    assert "ZeroDivisionError" in str(line.msg) or line.exc_info


def test_probes_are_not_worth_a_line(api: APIClient, lines: Any, caplog: pytest.LogCaptureFixture):
    api.get("/healthz")
    assert [record.levelname for record in caplog.records if record.name == "config.middleware"] == ["DEBUG"]
