from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from rest_framework.test import APIClient

from accounts import clock, services, tokens
from accounts.models import TokenFamily, User
from tests.acceptance.naryad import until
from tests.integration.accounts.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db

AT_ONCE = 20
PATIENCE_SECONDS = 120.0


def refresh(token: str):
    return APIClient().post("/api/v1/auth/token/refresh", {"refresh": token})


def opens(access: str) -> bool:
    return APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200


def test_a_refresh_token_gives_a_new_pair(person: People):
    pair = tokens.open_session(user=person("viewer"))
    answer = refresh(pair.refresh)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expiresIn"}
    assert opens(answer.json()["access"])
    assert refresh(answer.json()["refresh"]).status_code == 200


def test_a_token_that_comes_back_kills_its_family(person: People):
    """S16: whoever stole it and whoever owns it must log in again."""
    pair = tokens.open_session(user=person("viewer"))
    fresh = refresh(pair.refresh).json()
    assert refresh(pair.refresh).status_code == 401
    assert refresh(fresh["refresh"]).status_code == 401
    assert not opens(fresh["access"])
    assert TokenFamily.objects.get().revoke_reason == "reuse"


def test_another_log_in_of_the_same_person_survives(person: People):
    user = person("viewer")
    stolen, other = tokens.open_session(user=user), tokens.open_session(user=user)
    refresh(stolen.refresh)
    refresh(stolen.refresh)
    assert refresh(other.refresh).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_parallel_exchanges_one_succeeds(person: People):
    """S16: the row is locked: of twenty who bring one token at once one is served.

    It is held here until all of them stand before it, so that none has gone through before the last has come.
    """
    pair = tokens.open_session(user=person("viewer"))

    def exchange(_number: int) -> int:
        try:
            return refresh(pair.refresh).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        with transaction.atomic():
            TokenFamily.objects.select_for_update().get()
            exchanges = [pool.submit(exchange, number) for number in range(AT_ONCE)]
            until(lambda: _waiting_for_locks() == AT_ONCE, seconds=PATIENCE_SECONDS, what="all stand before the row")
        statuses = [one.result() for one in exchanges]
    assert sorted(statuses) == [200] + [401] * (AT_ONCE - 1)


def _waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees for ever what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def test_terms_are_told_by_the_clock_of_the_database(person: People):
    pair = tokens.open_session(user=person("viewer"))
    clock.shift(connection, 601)
    assert not opens(pair.access)
    fresh = refresh(pair.refresh)
    assert fresh.status_code == 200
    clock.shift(connection, 601 + 7 * 86400 + 1)
    answer = refresh(fresh.json()["refresh"])
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"


def test_tokens_are_not_exchangeable_for_each_other(person: People):
    """S18: `token_type` is checked."""
    pair = tokens.open_session(user=person("viewer"))
    assert not opens(pair.refresh)
    assert refresh(pair.access).status_code == 401
    assert refresh(pair.refresh).status_code == 200


def test_logging_out_ends_access_and_refresh_at_once(person: People):
    """S17: the next request is 401."""
    pair = tokens.open_session(user=person("viewer"))
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    assert api.post("/api/v1/auth/logout").status_code == 204
    assert api.get("/api/v1/me").status_code == 401
    assert refresh(pair.refresh).status_code == 401
    assert api.post("/api/v1/auth/logout").status_code == 401


def test_logging_out_with_the_refresh_token_needs_no_other(person: People):
    pair = tokens.open_session(user=person("viewer"))
    assert APIClient().post("/api/v1/auth/logout", {"refresh": pair.refresh}).status_code == 204
    assert not opens(pair.access)


def test_logging_out_without_any_token_is_401(db: None):
    answer = APIClient().post("/api/v1/auth/logout")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def deleted(user: User) -> None:
    user.delete()


def deactivated(user: User) -> None:
    services.deactivate_user(user=user)


def given_a_new_password(user: User) -> None:
    services.change_user(user=user, password="loshad-4-seno")


def given_another_role(user: User) -> None:
    services.change_user(user=user, roles=["operator"])


def robbed_of_every_role(user: User) -> None:
    services.change_user(user=user, roles=[])


def changed_by_plain_sql(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET is_staff = true WHERE id = %s", [user.pk])


def robbed_by_plain_sql(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_membership WHERE user_id = %s", [user.pk])


@pytest.mark.parametrize(
    "happens",
    [
        deleted,
        deactivated,
        given_a_new_password,
        given_another_role,
        robbed_of_every_role,
        changed_by_plain_sql,
        robbed_by_plain_sql,
    ],
)
def test_tokens_do_not_outlive_a_change_of_the_person(person: People, happens):
    """S17: access and refresh are 401 from the next request on, and never 500."""
    person("admin")
    user = person("editor")
    pair = tokens.open_session(user=user)
    assert opens(pair.access)
    happens(user)
    assert not opens(pair.access)
    answer = refresh(pair.refresh)
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"


def test_a_stale_object_that_is_saved_revives_no_token(person: People):
    user = person("editor")
    stale = User.objects.get(pk=user.pk)
    pair = tokens.open_session(user=user)
    services.change_user(user=user, password="loshad-4-seno")
    stale.save()
    assert not opens(pair.access)


def test_changing_a_name_logs_nobody_out(person: People):
    user = person("editor")
    pair = tokens.open_session(user=user)
    services.change_user(user=user, name="Анна", language="en", roles=["editor", "viewer"])
    assert opens(pair.access)


def test_a_password_that_is_hashed_anew_at_log_in_gives_working_tokens(person: People, settings):
    user = person("viewer")
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    answer = APIClient().post("/api/v1/auth/token", {"username": user.username, "password": PASSWORD})
    assert opens(answer.json()["access"])
