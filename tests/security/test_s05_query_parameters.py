"""Whatever stands in the address, the answer is one that the description speaks of."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from accounts.services import default_project
from tests.integration.runs import client, person
from tests.security.surface import operations, scene

pytestmark = pytest.mark.django_db

NAMED = ["_connector", "_connector=OR", 'a"--', "x.y", "%(a)s"]
"""Every parameter meets these."""
HOSTILE = [
    "'; DROP TABLE accounts_user; --",
    "1e999",
    "9" * 40,
    "-1",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "NaN",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00+23:59",
    "{}",
    "x" * 5000,
]
SMUGGLED = [
    "_connector=OR",
    "_negated=1",
    'a"--=1',
    "x.y=1",
    "%(a)s=1",
    "id__in=1",
    "owner__password__startswith=x",
    "ordering=password",
    "page=1e999",
    "q[]=1",
]


@pytest.fixture(autouse=True)
def _files_of_the_test(settings: Any, tmp_path: Any) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


def test_no_query_breaks_a_list_or_reaches_the_database_as_a_name() -> None:
    """S5, S30: every query parameter fuzzed with `_connector`, `a"--`, `x.y`, `%(a)s`, and with each other value in its
    turn; parameters that nobody has named: 2xx or 4xx, never 5xx.
    """
    own = scene(default_project())
    api = client(person("admin"))
    broken = []
    for operation in operations():
        if operation.method != "get" or operation.name in ("GET /v1/wildberries/token",):
            continue
        # Every other value meets every list; a parameter meets them in turn, so that the walk stays short.
        for turn, parameter in enumerate(operation.queries):
            for value in (*NAMED, *HOSTILE[turn % 5 :: 5]):
                query = f"{parameter}={quote(value)}"
                status = operation.ask(api, own, query=query).status_code
                if status >= 500:
                    broken.append((operation.name, query[:60], status))
        for query in SMUGGLED:
            status = operation.ask(api, own, query=query).status_code
            if status >= 500:
                broken.append((operation.name, query, status))
    assert broken == []


def test_a_hostile_id_is_not_found() -> None:
    """S5, S30: ids are parsed as what they are before anything is asked."""
    own = scene(default_project())
    api = client(person("admin"))
    broken = []
    for operation in operations():
        for place in operation.places:
            for value in ("1' OR '1'='1", "9" * 40, "%00", "..%2f..%2fetc%2fpasswd", "-1", "x" * 2000):
                status = operation.ask(api, {**own, place: quote(value, safe="%")}, {}).status_code
                if not 400 <= status < 500:
                    broken.append((operation.name, place, value[:20], status))
    assert broken == []
