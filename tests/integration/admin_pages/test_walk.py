"""Every page of the admin opens for staff and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from config.navigation import GROUPS
from tests.integration import runs

pytestmark = pytest.mark.django_db

PAGES = ("index", "queues", "board", "border", "templates", "password_change")


def addresses() -> Iterator[str]:
    yield from (reverse(f"admin:{name}") for name in PAGES)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")


def client(language: str = "ru", **fields: Any) -> Client:
    browser = Client(headers={"accept-language": language})
    browser.force_login(runs.person("admin", language=language, **fields))
    return browser


def test_every_page_opens_for_a_superuser() -> None:
    """Lists, forms, the overview, the queues and the board; what only the product writes has no form."""
    browser = client(is_staff=True, is_superuser=True)
    answers = {address: browser.get(address).status_code for address in addresses()}
    allowed = {address: (200, 302, 403) if address.endswith("/add/") else (200, 302) for address in answers}
    assert {address: status for address, status in answers.items() if status not in allowed[address]} == {}


def test_no_page_opens_for_others() -> None:
    """S3-24: staff only; others are sent to the log-in."""
    for browser in (client(is_staff=False), Client()):
        assert {browser.get(address).status_code for address in addresses()} == {302}


def test_staff_without_a_role_see_no_queues_and_no_board() -> None:
    browser = Client()
    browser.force_login(runs.person(None, is_staff=True))
    assert browser.get(reverse("admin:queues")).status_code == 403
    assert browser.get(reverse("admin:board")).status_code == 403
    assert browser.get(reverse("admin:index")).status_code == 200


def test_every_table_stands_at_the_side() -> None:
    """One comes to the rows of a dataset from the dataset."""
    named = {name for _title, entries in GROUPS for name, _entry, _icon in entries}
    tables = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    assert tables - named == {"integrations_datasetrow"}


def test_the_side_bar_shows_what_the_person_may_open() -> None:
    browser = Client()
    browser.force_login(runs.person("viewer", is_staff=True))
    page = browser.get(reverse("admin:index")).content.decode()
    assert reverse("admin:executions_execution_changelist") in page
    assert reverse("admin:accounts_user_changelist") not in page
