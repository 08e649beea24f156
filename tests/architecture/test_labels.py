"""What the product calls things in front of people: errors, tables, columns, choices and nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.urls import get_resolver
from django.utils.functional import Promise
from django.utils.translation import override

from accounts.errors import DomainError
from executions.engine.states import ExecutionStatus, StepStatus
from executions.sentences import STATES
from tests.architecture.tree import OWN_PACKAGES
from workflows import catalogue

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
NAMES = {"id", "pid", "telegram"}
OWN_MODELS = [model for model in apps.get_models() if model._meta.app_label in OWN_PACKAGES]


@pytest.fixture(autouse=True)
def _russian() -> Iterator[None]:
    with override("ru"):
        yield


def test_every_error_says_what_is_wrong_in_words_that_can_be_translated() -> None:
    assert get_resolver().url_patterns  # loads every module that has errors
    assert not [kind.__qualname__ for kind in _heirs(DomainError) if not isinstance(kind.message, Promise)]


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_a_table_has_a_name_for_people(model: Any) -> None:
    assert RUSSIAN.search(str(model._meta.verbose_name))
    assert RUSSIAN.search(str(model._meta.verbose_name_plural))


def test_every_state_has_a_name_for_people() -> None:
    assert set(STATES) == {*ExecutionStatus, *StepStatus}


@pytest.mark.parametrize(
    "model", [model for model in OWN_MODELS if model in admin.site._registry], ids=lambda model: model._meta.label
)
def test_what_an_admin_page_shows_has_names_for_people(model: Any) -> None:
    page = admin.site._registry[model]
    shown = {*page.list_display, *flatten_fieldsets(page.fieldsets or []), *(page.fields or ()), *page.readonly_fields}
    known = {name for name in shown if hasattr(page, name) or _has(model, name)}
    labels = [str(label_for_field(name, model, page)) for name in sorted(known)]
    assert not [label for label in labels if label.lower() not in NAMES and not RUSSIAN.search(label)]
    choices = [label for field in model._meta.fields if field.name in known for _value, label in field.choices or ()]
    assert not [label for label in choices if not isinstance(label, Promise)]


@pytest.mark.parametrize("node_type", catalogue.all_types(), ids=lambda node_type: node_type.type)
def test_a_node_type_and_its_settings_have_names_for_people(node_type: Any) -> None:
    schema = catalogue.describe(node_type)["configSchema"]
    assert isinstance(node_type.title, Promise)
    assert isinstance(node_type.description, Promise)
    assert all(isinstance(port.title, Promise) for port in (*node_type.inputs, *node_type.outputs))
    assert not [name for name, field in schema.get("properties", {}).items() if not RUSSIAN.search(field["title"])]


def _heirs(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for heir in kind.__subclasses__():
        if heir.__module__.split(".")[0] in OWN_PACKAGES:
            yield heir
        yield from _heirs(heir)


def _has(model: Any, name: str) -> bool:
    return hasattr(model, name) or any(field.name == name for field in model._meta.get_fields())
