"""Settings of the border that cannot be read are found by `manage.py check`."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks


def found() -> set[str | None]:
    return {message.id for message in run_checks() if message.id and message.id.startswith("integrations.E0")}


def test_the_settings_of_the_tests_are_in_order() -> None:
    assert found() == set()


@pytest.mark.parametrize("entry", ["localhost", "localhost:", ":8000", "localhost:http"])
def test_an_allowed_target_is_host_and_port(settings: Any, entry: str) -> None:
    settings.OUTBOUND_ALLOW = [entry]
    assert found() == {"integrations.E001"}


def test_a_key_that_is_none_is_found(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = ["short"]
    assert found() == {"integrations.E002"}


def test_settings_of_bigquery_that_cannot_work_are_named(settings):
    settings.GCP_PROJECT_ID = "demo"
    settings.BIGQUERY_DATASET = "my-data"
    settings.GOOGLE_ENVIRONMENT = {"GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file.json"}
    told = {message.id for message in run_checks()}
    assert told >= {"integrations.E004", "integrations.W004"}
