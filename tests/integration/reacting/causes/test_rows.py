"""Rows that appear: in a Google sheet, in a list that a server gives, in a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions.models import Vigil
from integrations.models import Credential, Event
from tests.fakes.google_sheets import Google
from tests.integration.reacting.causes.looking import look
from tests.integration.reacting.scenes import done, listening, runs_of
from tests.nodes.tcp_servers import forwarded, postgres_at
from tests.security.keys import stored
from workflows.models import Workflow


def rows(flow: Workflow, column: str = "id") -> list[Any]:
    return [run.input_data["payload"]["row"][column] for run in runs_of(flow)]


def sheet(anna: Any, google: Google, **config: Any) -> Workflow:
    key = stored(kind="google-service-account", value=google.key())
    return listening(anna, "trigger-poll-sheet", credential=str(key.pk), table="T1", sheet="Orders", **config)


def test_a_new_row_of_a_google_sheet_starts_a_run(anna: Any, google: Google) -> None:
    """S2-8, seed 4.1: «В Google Таблице появилась новая строка»: none on the first look, none skipped or doubled."""
    cells = google.tables["T1"]["Orders"]
    cells.append([1, "2026-03-01"])
    flow = sheet(anna, google, keyField="id")
    also = listening(anna, event="sheet.row_added")
    look(2)
    assert runs_of(flow) == []
    cells += [[2, "2026-03-01"], [], [3, "2026-03-01"]]
    look(2)
    cells.insert(1, [4, "2026-03-01"])
    look(2)
    assert rows(flow) == [2, 3, 4]
    assert done(runs_of(flow)[0])["payload"]["row"] == {"id": 2, "at": "2026-03-01"}
    assert (runs_of(flow)[0].input_data["subject"], len(runs_of(also))) == ("2", 3)


def test_rows_of_a_sheet_that_say_the_same_are_two(anna: Any, google: Google) -> None:
    """S2-8: without a key a row is known by all it says, and how often it is said."""
    cells = google.tables["T1"]["Orders"]
    cells.append(["a", "2026-03-01"])
    flow = sheet(anna, google)
    look()
    cells += [["a", "2026-03-01"], ["a", "2026-03-01"]]
    look(2)
    assert rows(flow) == ["a", "a"]


def test_many_rows_at_once_come_in_portions(anna: Any, google: Google) -> None:
    flow = sheet(anna, google, keyField="id")
    look()
    google.tables["T1"]["Orders"] += [[number, ""] for number in range(55)]
    look(work=False)
    assert rows(flow) == list(range(50))
    look(2, work=False)
    assert rows(flow) == list(range(55))


def test_a_quota_of_google_loses_no_row(anna: Any, google: Google) -> None:
    flow = sheet(anna, google, keyField="id")
    look()
    google.tables["T1"]["Orders"].append([1, "2026-03-01"])
    google.answers = [(503, "Service unavailable")]
    look()
    assert runs_of(flow) == []
    look()
    assert rows(flow) == [1]


@pytest.fixture
def shop(transactional_db: Any, settings: Any) -> Iterator[str]:
    """Somebody's database with an empty table of orders; gives the credential that reads it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shop_orders (id int PRIMARY KEY, email text, at timestamptz NOT NULL)")
    with forwarded(postgres_at(connection.settings_dict)) as port:
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        login, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]
        url = f"postgresql://{login}@127.0.0.1:{port}/{name}?sslmode=disable"
        yield str(stored(kind="postgres", value=url).pk)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE shop_orders")


def insert(*ids: int, at: str = "2026-03-01T00:00:00.000001Z", email: str | None = "anna@example.org") -> None:
    with connection.cursor() as cursor:
        for number in ids:
            cursor.execute("INSERT INTO shop_orders VALUES (%s, %s, %s)", [number, email, at])


def test_data_that_is_not_complete_is_found_by_a_query(anna: Any, shop: str) -> None:
    """S2-8, seed 4.3: «Обнаружена ошибка или неполная информация в базе данных»: each row once."""
    query = "SELECT id, email FROM shop_orders WHERE email IS NULL ORDER BY id -- without an address"
    what = {"query": query, "keyField": "id", "emits": "data.invalid_or_incomplete"}
    flow = listening(anna, "trigger-poll-sql", credential=shop, **what)
    insert(1, email=None)
    look()
    insert(2, 3, email=None)
    insert(4)
    look(2)
    assert rows(flow) == [2, 3]
    assert {event.name for event in Event.objects.all()} == {"data.invalid_or_incomplete"}


def test_a_query_with_a_column_that_grows_skips_no_row_at_equal_moments(anna: Any, shop: str) -> None:
    """S2-8: the cursor: rows of the moment that was the last one, which come later, are told too; none twice."""
    insert(1, 2)
    query = "SELECT id, at FROM shop_orders;"
    flow = listening(anna, "trigger-poll-sql", credential=shop, query=query, keyField="id", cursorField="at")
    look(2)
    assert runs_of(flow) == []
    insert(3)
    look()
    insert(4, at="2026-03-02T00:00:00Z")
    insert(5)
    look()
    insert(6, 7, at="2026-03-02T00:00:00Z")
    look(2)
    assert rows(flow) == [3, 5, 4, 6, 7]


def test_of_any_number_of_rows_at_one_moment_none_is_skipped(anna: Any, shop: str) -> None:
    """S2-8: a look takes so many rows, and the next one goes on behind them."""
    query = "SELECT id, at FROM shop_orders"
    flow = listening(anna, "trigger-poll-sql", credential=shop, query=query, keyField="id", cursorField="at")
    look()
    insert(*range(1, 56))
    look(work=False)
    assert rows(flow) == list(range(1, 51))
    due = Vigil.objects.get().due_at
    assert due is not None
    assert due <= clock.read()
    look(2, work=False)
    assert rows(flow) == list(range(1, 56))


def test_a_query_that_writes_is_refused_and_not_seeing_is_told(anna: Any, shop: str) -> None:
    """S2-8: read-only, whatever the login may do elsewhere."""
    query = "DELETE FROM shop_orders RETURNING id"
    insert(1)
    listening(anna, "trigger-poll-sql", credential=shop, query=query)
    look(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shop_orders")
        assert cursor.fetchone() == (1,)
    assert Event.objects.get(name="transfer.failed").payload["error"] == "refused"


def test_a_login_that_is_withdrawn_stops_nothing_else(anna: Any, shop: str) -> None:
    """S2-8: the credential is read anew at each look."""
    listening(anna, "trigger-poll-sql", credential=shop, query="SELECT id FROM shop_orders")
    look()
    Credential.objects.all().delete()
    look(3)
    assert Event.objects.get(name="transfer.failed").payload["error"] == "credential_not_found"
