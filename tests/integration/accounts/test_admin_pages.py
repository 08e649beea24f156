from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Membership, Project, ServiceAccount, TokenFamily, User
from tests.integration.accounts.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", PASSWORD))
    return client


def fields_of(client: Client, address: str) -> dict[str, object]:
    """What the form of the page would send if nothing were changed."""
    context = client.get(address).context
    forms = [context["adminform"].form, *(set_.formset.management_form for set_ in context["inline_admin_formsets"])]
    for formset in context["inline_admin_formsets"]:
        forms += formset.formset.initial_forms
    data: dict[str, object] = {}
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is not None and value is not False:
                data[form.add_prefix(name)] = value
    return data


@pytest.mark.parametrize("page", ["user", "project", "serviceaccount", "tokenfamily"])
def test_the_lists_open(root: Client, person: People, page: str):
    tokens.open_session(user=person("viewer"))
    assert root.get(f"/admin/accounts/{page}/").status_code == 200


def test_a_person_is_made_with_a_password_by_djangos_form(root: Client):
    data = {"username": "anna", "name": "Анна", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    answer = root.post("/admin/accounts/user/add/", {**data, **inline})
    assert answer.status_code == 302
    assert APIClient().post("/api/v1/auth/token", {"username": "anna", "password": PASSWORD}).status_code == 200


def test_a_role_given_on_the_page_ends_log_ins(root: Client, person: People):
    """S17: revocation does not depend on who makes the change."""
    user = person("viewer")
    access = tokens.open_session(user=user).access
    address = f"/admin/accounts/user/{user.pk}/change/"
    data = fields_of(root, address)
    assert root.post(address, {**data, "name": "Вера"}).status_code == 302
    assert tokens.authenticate_token(access) == user
    assert root.post(address, {**data, "memberships-0-role": "editor"}).status_code == 302
    assert Membership.objects.get(user=user).role == "editor"
    api = APIClient()
    assert api.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


def test_a_new_password_given_on_the_page_ends_log_ins(root: Client, person: People):
    user = person("viewer")
    access = tokens.open_session(user=user).access
    data = {"usable_password": "true", "password1": "loshad-4-seno", "password2": "loshad-4-seno"}
    assert root.post(f"/admin/accounts/user/{user.pk}/password/", data).status_code == 302
    assert APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


def test_people_and_projects_are_not_deleted(root: Client, person: People):
    user, project = person("viewer"), Project.objects.get(code="default")
    assert root.get(f"/admin/accounts/user/{user.pk}/delete/").status_code == 403
    assert root.get(f"/admin/accounts/project/{project.pk}/delete/").status_code == 403


def test_staff_cannot_make_themselves_superusers(person: People):
    """S35: only a superuser hands out rights of the admin."""
    staff = person("staff", roles=[], is_staff=True)
    staff.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts"))
    root = User.objects.create_superuser("root", PASSWORD)
    client = Client()
    client.force_login(staff)
    address = f"/admin/accounts/user/{staff.pk}/change/"
    data = fields_of(client, address)
    assert client.post(address, {**data, "is_superuser": "on", "name": "Хитрец"}).status_code == 302
    staff.refresh_from_db()
    assert (staff.name, staff.is_superuser) == ("Хитрец", False)
    assert client.get(f"/admin/accounts/user/{root.pk}/change/").status_code == 302, "a superuser is not even found"


def test_staff_without_permissions_sees_nothing(person: People):
    """S35."""
    client = Client()
    client.force_login(person("staff", roles=[], is_staff=True))
    assert client.get("/admin/accounts/user/").status_code == 403


def test_a_service_account_shows_its_token_once(root: Client):
    address = "/admin/accounts/serviceaccount/add/"
    answer = root.post(address, {"name": "Выгрузка", "role": "viewer", "term_days": "30"}, follow=True)
    token = re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", answer.content.decode())
    assert token is not None
    assert tokens.authenticate_token(token.group()).service_account.name == "Выгрузка"
    account = ServiceAccount.objects.get()
    page = root.get(f"/admin/accounts/serviceaccount/{account.pk}/change/")
    assert page.status_code == 200
    assert "eyJ" not in page.content.decode()
    again = root.post(address, {"name": "Выгрузка", "role": "viewer", "term_days": "30"})
    assert again.status_code == 200
    assert "name" in again.context["adminform"].form.errors
    root.post("/admin/accounts/serviceaccount/", {"action": "revoke", "_selected_action": [str(account.pk)]})
    account.refresh_from_db()
    assert account.revoked_at is not None


def test_a_log_in_is_ended_from_its_page(root: Client, person: People):
    access = tokens.open_session(user=person("viewer")).access
    family = TokenFamily.objects.get()
    root.post("/admin/accounts/tokenfamily/", {"action": "revoke", "_selected_action": [str(family.pk)]})
    assert APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


def test_who_may_not_enter_the_admin_is_told_so_and_not_that_the_password_is_wrong(person: People):
    person("tanya", roles=[])
    client = Client(headers={"accept-language": "ru"})
    told = client.post("/admin/login/", {"username": "tanya", "password": PASSWORD}).content.decode()
    assert "заявки открываются на странице /tickets" in told
    wrong = client.post("/admin/login/", {"username": "tanya", "password": "wrong"}).content.decode()
    assert "заявки открываются на странице /tickets" not in wrong


def test_the_log_in_greets_in_the_language_of_the_browser():
    for language, words in (("ru", "Вход в Наряд"), ("en", "Welcome")):
        page = Client(headers={"accept-language": language}).get("/admin/login/").content.decode()
        assert (words in page) == (language == "ru"), language


def test_logging_in_to_the_admin_is_limited_too(db: None):
    """S20, S35: the same count of failures as for the API."""
    User.objects.create_superuser("root", PASSWORD)
    client = Client()
    for _failure in range(5):
        client.post("/admin/login/", {"username": "root", "password": "wrong"})
    refused = client.post("/admin/login/", {"username": "root", "password": PASSWORD})
    assert refused.status_code == 200
    assert "Слишком много неудачных попыток" in refused.content.decode()
    assert APIClient().post("/api/v1/auth/token", {"username": "root", "password": PASSWORD}).status_code == 429
    elsewhere = client.post("/admin/login/", {"username": "root", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302


def test_who_changed_what_is_kept_and_cannot_be_changed() -> None:
    root = User.objects.create_superuser("auditor", "long-enough-47")
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(root)
    browser.post("/admin/accounts/project/add/", {"code": "new", "name": "Новый проект"})
    page = browser.get("/admin/admin/logentry/").content.decode()
    assert "Новый проект" in page
    assert "auditor" in page
    assert browser.get("/admin/admin/logentry/add/").status_code == 403


LABELS = {
    "ru": "Люди и права | пользователь | изменять",
    "en": "People and rights | user | change",
    "pt-br": "Pessoas e permissões | usuário | alterar",
}


@pytest.mark.parametrize("page", ["accounts/user/{user}/change/", "auth/group/add/"])
@pytest.mark.parametrize("language", LABELS)
def test_rights_of_the_admin_are_named_in_the_language_of_the_reader(root: Client, page: str, language: str):
    user = User.objects.get(username="root")
    User.objects.update(language=language)
    shown = root.get(f"/admin/{page.format(user=user.pk)}").content.decode()
    assert LABELS[language] in shown
    assert "Can change" not in shown


def test_rights_that_are_only_read_are_named_in_the_language_of_the_reader(person: People):
    staff = person("staff", roles=[], is_staff=True, language="en")
    staff.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts"))
    client = Client()
    client.force_login(staff)
    shown = client.get(f"/admin/accounts/user/{staff.pk}/change/").content.decode()
    assert LABELS["en"] in shown
    assert "Can change" not in shown
