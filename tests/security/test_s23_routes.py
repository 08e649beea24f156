"""Every address of the installation: open to everybody by name, or closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.security.surface import operations, project, scene

pytestmark = pytest.mark.django_db

PUBLIC = {
    "": "leads to the admin's log-in",
    "healthz": "says that the process answers",
    "readyz": "says whether all parts answer, and no names",
    "metrics": "has a token of its own",
    "telegram/webhook": "has a secret of its own",
    "hooks/<str:address>": "a webhook: its trigger says how a caller proves who they are",
    "forms/<str:address>": "a form is open to whoever knows its address",
    "login": "the log-in of the pages",
    "logout": "ends nothing for nobody",
    "admin/login/": "the log-in of the admin",
    "admin/logout/": "ends nothing for nobody",
    "admin/jsi18n/": "translations of the admin's own scripts",
    "api/v1/auth/token": "the log-in of the API",
    "api/v1/auth/token/refresh": "takes a refresh token",
    "api/v1/schema": "the description of the API",
    "api/v1/docs": "the description of the API, for people",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SUFFIXES = [".json", ";x", "//", "%2e", "%0a", "/../me", "%00", "?format=json"]


def routes(found: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its whole path."""
    for pattern in found.url_patterns:
        path = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        else:
            yield path, pattern


def sample(path: str) -> str:
    """The path with something in each of its places."""
    for kind, value in (("int", "1"), ("uuid", "01a20236-812b-7461-aedc-e8a7f74d5d5e"), ("slug", "x"), ("str", "x")):
        while f"<{kind}:" in path:
            start = path.index(f"<{kind}:")
            path = path[:start] + value + path[path.index(">", start) + 1 :]
    return path.replace("<path:object_id>", "1").replace("<path:content_type_id>", "1").replace("<path:url>", "x")


def test_every_address_is_public_by_name_or_asks_who_is_there() -> None:
    """S23: the walk goes over the URLconf itself, so a new address cannot be forgotten."""
    browser = Client(raise_request_exception=False)
    opened = []
    for path, _pattern in routes(get_resolver()):
        if path in PUBLIC or "(?P" in path:
            continue
        answers = {method: browser.generic(method, "/" + sample(path)) for method in METHODS}
        opened += [(path, method, answer.status_code) for method, answer in answers.items() if not closed(answer)]
        # One that no method reaches has not been asked at all.
        if {answer.status_code for answer in answers.values()} == {405}:
            opened.append((path, "any", 405))
    assert opened == []


def closed(answer: Any) -> bool:
    if answer.status_code == 302:
        return "login" in answer.headers["Location"]
    return answer.status_code in (401, 403, 404, 405)


def test_a_public_address_still_exists() -> None:
    """S23: the list above is no longer than the truth."""
    known = {path for path, _pattern in routes(get_resolver())}
    assert set(PUBLIC) - known == set()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_suffix_opens_nothing(suffix: str, settings: Any, tmp_path: Any) -> None:
    """S23: whatever is written behind a path, nobody is let in by it."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    own = scene(project("default"))
    browser = Client(raise_request_exception=False)
    opened = [
        (operation.name, answer.status_code)
        for operation in operations()
        if operation.method == "get" and "/auth/" not in operation.path
        if (answer := browser.get(operation.path.format(**own) + suffix)).status_code not in (400, 401, 404, 406)
    ]
    assert opened == []
