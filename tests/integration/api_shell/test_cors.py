from __future__ import annotations

import pytest
from rest_framework.test import APIClient


def preflight(origin: str):
    return APIClient().options(
        "/api/v1/users",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )


@pytest.fixture
def _frontend(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["http://localhost:3000", "https://desk.example"]


@pytest.mark.usefixtures("_frontend")
@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://desk.example"])
def test_a_listed_origin_may_call(origin: str):
    """S33: an exact list, and no cookies."""
    answer = preflight(origin)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == origin
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.usefixtures("_frontend")
@pytest.mark.parametrize(
    "origin", ["http://localhost:3001", "https://localhost:3000", "https://desk.example.evil", "https://evil", "null"]
)
def test_a_foreign_origin_may_not(origin: str):
    """S33."""
    assert "Access-Control-Allow-Origin" not in preflight(origin)
