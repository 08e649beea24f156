"""Whatever one asks, the API answers as its own description says: never with a 5xx, always in the form it names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.services import default_project
from tests.integration.runs import client, person
from tests.security.asking import asked_operations, faults
from tests.security.surface import operations, scene

pytestmark = pytest.mark.django_db

OFTEN, THOROUGHLY = 50, 500
"""Questions to every operation: in `make test`, and in `make test-long`."""


@pytest.fixture(autouse=True)
def _room_for_questions(settings: Any, tmp_path: Any) -> None:
    """One person asks more in a minute than anybody may."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    settings.API_PER_MINUTE = settings.API_PER_MINUTE_ADDRESS = 1_000_000


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Ten thousand log lines would take longer than the questions."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def wrong_answers(*, examples: int) -> list[str]:
    """What an admin, who gets furthest, is answered wrongly."""
    own, api = scene(default_project()), client(person("admin"))
    asked = list(asked_operations())
    assert len(asked) == len(operations())
    found = (faults(operation, api=api, scene=own, examples=examples) for operation in asked)
    return sorted(set[str]().union(*found))


def expect_none(wrong: list[str]) -> None:
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def test_every_operation_answers_as_it_is_described() -> None:
    """S3-25, S28: no 5xx, a described status, a conforming body of a conforming type; allowed and forbidden input."""
    expect_none(wrong_answers(examples=OFTEN))


@pytest.mark.long
def test_every_operation_answers_whatever_it_is_asked_as_it_is_described() -> None:
    """S3-25, S28: the same, with so many questions that they take a quarter of an hour."""
    expect_none(wrong_answers(examples=THOROUGHLY))
