"""What the admin never lets anybody do."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from accounts.models import User
from tests.integration.runs import person
from tests.security.keys import stored

pytestmark = pytest.mark.django_db

ENGINE = {"execution", "step", "stepdata", "attempt", "executionevent", "worker", "sideeffect", "deadletterresolution"}


def request_of(user: Any) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


@pytest.fixture
def root() -> User:
    return person("admin", is_staff=True, is_superuser=True)


def test_rows_of_the_engine_are_looked_at_and_never_edited(root: User) -> None:
    """S35: neither added nor changed nor deleted by hand, not even by a superuser."""
    request = request_of(root)
    editable = []
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "executions" and model._meta.model_name in ENGINE:
            if page.has_add_permission(request) or page.has_delete_permission(request):
                editable.append(model._meta.model_name)
            names = {field.name for field in model._meta.fields if field.editable}
            if page.has_change_permission(request) and names - set(page.get_readonly_fields(request)):
                fields = page.get_fields(request)
                editable += [model._meta.model_name for name in fields if name in names]
    assert editable == []


def test_who_is_no_staff_sees_no_page_of_it() -> None:
    """S35: a log-in alone opens nothing."""
    browser = Client()
    browser.force_login(person("admin"))
    pages = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    assert {browser.get(page).status_code for page in ["/admin/", *pages]} == {302}
    assert not any(page.has_module_permission(request_of(AnonymousUser())) for page in admin.site._registry.values())


def test_no_page_shows_a_ciphertext_or_a_hash(root: User) -> None:
    """S35: what could be broken at leisure is on no form."""
    credential = stored("a-very-secret-value")
    browser = Client()
    browser.force_login(root)
    text = browser.get(f"/admin/integrations/credential/{credential.pk}/change/").content.decode()
    assert "ciphertext" not in text
    assert "a-very-secret-value" not in text


def test_what_has_had_holes_is_not_installed() -> None:
    """S35: no geography, no flat pages, no debug pages."""
    assert not apps.is_installed("django.contrib.gis")
    assert not apps.is_installed("django.contrib.admindocs")
    assert not settings.DEBUG
