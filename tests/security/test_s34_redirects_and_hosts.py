"""Nobody is led away, and no link is made of what a client says about the host."""

from __future__ import annotations

import ast

import pytest
from django.test import Client

from accounts import services
from tests.architecture.tree import modules, name, parsed

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "\thttps://evil.example",
]


@pytest.mark.parametrize("address", ["/login", "/admin/login/"])
@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_log_in_leads_nowhere_else(address: str, target: str) -> None:
    """S34: `next` is followed within the installation only."""
    services.create_user(username="root", password="korova-3-moloko", roles=["admin"], is_staff=True)
    answer = Client().post(address, {"username": "root", "password": "korova-3-moloko", "next": target})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "localhost:80:80"]
)
@pytest.mark.parametrize("address", ["/login", "/api/v1/schema", "/healthz"])
def test_an_unknown_host_is_refused(host: str, address: str) -> None:
    """S34: the `Host` of a request is one of ours, or the request is 400."""
    answer = Client(raise_request_exception=False).get(address, headers={"host": host})
    if address != "/healthz":
        assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_a_forwarded_host_is_not_believed() -> None:
    """S34: only the address that the request was sent to counts."""
    answer = Client().get("/", headers={"x-forwarded-host": "evil.example"})
    assert "evil" not in str(answer.headers)


def test_no_link_is_made_of_what_a_request_says() -> None:
    """S34: links come from `PUBLIC_URL`; only the next page of a list stays at the host that was asked."""
    makers = {
        name(path)
        for path in modules(tests=False)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("build_absolute_uri", "get_host", "get_raw_uri")
    }
    assert makers == {"executions/api/cursor.py"}
