from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "/api/v1/auth/token": {"post"},
    "/api/v1/auth/token/refresh": {"post"},
    "/api/v1/auth/logout": {"post"},
    "/api/v1/me": {"get", "patch"},
    "/api/v1/users": {"get", "post"},
    "/api/v1/users/{id}": {"get", "patch", "delete"},
    "/api/v1/service-accounts": {"get", "post"},
    "/api/v1/service-accounts/{id}": {"get", "delete"},
}


@pytest.fixture
def schema(db: None) -> dict[str, Any]:
    answer = APIClient().get("/api/v1/schema")
    assert answer.status_code == 200
    return answer.json()


def test_the_description_is_valid_and_open_to_everybody(schema: dict[str, Any]):
    """S3-25."""
    validate_schema(schema)


def test_it_is_made_without_a_warning(db: None, tmp_path: Path):
    """R3-14, S3-25: every endpoint of every package is described in full."""
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_it_names_every_address_for_people(schema: dict[str, Any]):
    """S3-25."""
    for address, verbs in ADDRESSES.items():
        assert {verb for verb in schema["paths"][address] if verb != "parameters"} == verbs


def test_it_says_how_one_logs_in(schema: dict[str, Any]):
    """S3-3."""
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert schema["components"]["securitySchemes"] == {"bearer": scheme}
    assert schema["paths"]["/api/v1/users"]["get"]["security"] == [{"bearer": []}]
    assert not any(schema["paths"]["/api/v1/auth/token"]["post"].get("security", []))


def test_every_operation_says_what_an_error_looks_like(schema: dict[str, Any]):
    for operations in schema["paths"].values():
        for operation in operations.values():
            refusals = {status: said for status, said in operation["responses"].items() if status[0] in "45d"}
            assert {"429", "5XX"} <= set(refusals)
            assert "default" not in refusals, "whatever is answered would be described"
            for said in refusals.values():
                assert said["content"]["application/json"] == {"schema": {"$ref": "#/components/schemas/Error"}}
    assert set(schema["components"]["schemas"]["Error"]["required"]) == {"code", "message", "details"}


def test_passwords_are_never_in_an_answer(schema: dict[str, Any]):
    user = schema["components"]["schemas"]["User"]["properties"]
    assert "password" not in user or user["password"]["writeOnly"]


def test_it_can_be_had_as_yaml():
    answer = APIClient().get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.safe_load(answer.content)["openapi"].startswith("3.")


def test_the_page_needs_no_outside_host():
    """S3-25: Swagger UI works offline."""
    page = APIClient().get("/api/v1/docs", headers={"Accept": "text/html"})
    assert page.status_code == 200
    text = page.content.decode()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    files = re.findall(r"""(?:src|href)=["']/static/([^"']+)["']""", text)
    assert len(files) >= 3
    assert all(finders.find(file) for file in files)
