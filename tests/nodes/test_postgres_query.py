"""The node type `postgres-query`, against the real server that the tests run on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from integrations.errors import CredentialError, ForbiddenTarget, Refused, TimedOut, TooLarge
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.nodes.context import StandaloneContext, faults
from tests.nodes.tcp_servers import forwarded, postgres_at
from workflows import catalogue
from workflows.node_type import Done

pytestmark = pytest.mark.django_db(transaction=True)

ID = "0199f7a0-0000-7000-8000-000000000001"
CREDENTIAL = {"credential": ID}


@pytest.fixture
def port(settings: Any) -> Any:
    """The tests' own database, behind a port of the loopback that the operator has allowed."""
    with forwarded(postgres_at(connection.settings_dict)) as port:
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        yield port


def asked(config: dict[str, Any], port: int, items: Any = ({},), **parts: Any) -> tuple[Done, list[str]]:
    login, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    password = connection.settings_dict["PASSWORD"]
    url = f"postgresql://{login}:{password}@127.0.0.1:{port}/{name}?sslmode=disable"
    secret = Secret(id=ID, kind="postgres", value=parts.get("url", url))
    scope = CallScope(secrets=Vault([secret]))
    node_type = catalogue.get("postgres-query")
    context = StandaloneContext(node_type, {**CREDENTIAL, **config}, items, scope=scope)
    outcome = node_type.run(context)
    assert isinstance(outcome, Done)
    return outcome, context.log.texts("warning")


def test_rows_become_items_and_values_are_parameters(port: int) -> None:
    config = {"query": "SELECT $1::text AS name, $2::numeric AS price", "parameters": ["{{ $json.name }}", "1.10"]}
    outcome, _warnings = asked(config, port, [{"name": "'; DROP TABLE x; --"}, {"name": "б"}])
    names = ["'; DROP TABLE x; --", "б"]
    assert list(outcome.ports["out"]) == [{"name": name, "price": Decimal("1.10")} for name in names]
    assert list(outcome.sources["out"]) == [("in", 0), ("in", 1)]


def test_every_type_is_written_as_json(port: int) -> None:
    query = "SELECT DATE '2026-03-01' d, '\\x00ff'::bytea b, 'NaN'::float f, '{\"a\": [1]}'::jsonb j, ARRAY[1, 2] l"
    outcome, _warnings = asked({"query": query}, port)
    assert list(outcome.ports["out"]) == [{"d": "2026-03-01", "b": "AP8=", "f": None, "j": {"a": [1]}, "l": [1, 2]}]


@pytest.mark.parametrize(
    "query", ["CREATE TABLE escaped (a int)", "COMMIT; CREATE TABLE escaped (a int)", "SELECT 1; SELECT 2"]
)
def test_a_reading_query_cannot_write_and_is_one_statement(port: int, query: str) -> None:
    with pytest.raises(Refused):
        asked({"query": query}, port)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('escaped')")
        assert cursor.fetchone() == (None,)


def test_a_login_that_the_server_refuses_is_no_matter_of_time(port: int) -> None:
    url = f"postgresql://nobody-there:x@127.0.0.1:{port}/nothing-there?sslmode=disable"
    with pytest.raises(Refused) as refused:
        asked({"query": "SELECT 1"}, port, url=url)
    assert refused.value.details["answer"] == "login"


def test_a_writing_query_says_how_many_rows_it_changed(port: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_test (a int)")
    try:
        config = {"query": "INSERT INTO of_a_test SELECT generate_series(1, $1)", "parameters": [3], "readOnly": False}
        outcome, _warnings = asked(config, port)
        assert list(outcome.ports["out"]) == [{"changed": 3}]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE of_a_test")


def test_rows_beyond_the_limit_are_left_out_and_told(port: int) -> None:
    outcome, warnings = asked({"query": "SELECT generate_series(1, 100000) n", "maxRows": 2}, port)
    assert (list(outcome.ports["out"]), warnings) == ([{"n": 1}, {"n": 2}], ["Строк больше 2, остальные отброшены"])


@pytest.fixture
def table() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_test (a int, words text)")
    yield "of_a_test"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE of_a_test")


def written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM of_a_test")
        return int(cursor.fetchone()[0])


INSERT = "INSERT INTO of_a_test SELECT generate_series(1, 20000), 'returning nobody'"


@pytest.mark.parametrize(
    "query",
    [f"{INSERT} RETURNING a", f"WITH new AS ({INSERT} RETURNING a) SELECT a FROM new", f"/* x */ {INSERT} returning a"],
)
def test_a_writing_query_writes_all_and_gives_rows_up_to_the_limit(port: int, table: str, query: str) -> None:
    outcome, warnings = asked({"query": query, "readOnly": False, "maxRows": 2}, port)
    assert list(outcome.ports["out"]) == [{"a": 1}, {"a": 2}]
    assert (written(), warnings) == (20_000, ["Строк больше 2, остальные отброшены"])


@pytest.mark.parametrize("query", [INSERT, f"WITH one AS (SELECT 1) {INSERT}", f"-- words\n{INSERT}"])
def test_a_writing_query_that_gives_no_rows_is_done_once(port: int, table: str, query: str) -> None:
    outcome, _warnings = asked({"query": query, "readOnly": False}, port)
    assert (list(outcome.ports["out"]), written()) == ([{"changed": 20_000}], 20_000)


def test_a_writing_query_whose_answer_is_too_large_writes_nothing(port: int, table: str) -> None:
    query = "INSERT INTO of_a_test SELECT n, repeat('x', 9000) FROM generate_series(1, 2000) n RETURNING words"
    with pytest.raises(TooLarge):
        asked({"query": query, "readOnly": False, "maxRows": 10_000}, port)
    assert written() == 0


def test_a_statement_that_is_no_query_is_carried_out(port: int, table: str) -> None:
    outcome, _warnings = asked({"query": "ALTER TABLE of_a_test ADD COLUMN b int", "readOnly": False}, port)
    assert list(outcome.ports["out"]) == [{"changed": 0}]


def test_a_query_that_takes_too_long_is_ended(port: int) -> None:
    with pytest.raises(TimedOut):
        asked({"query": "SELECT pg_sleep(30)", "timeout": 0.3}, port)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@127.0.0.1:5432/x",
        "postgresql://u:p@10.0.0.1/x",
        "postgresql://u:p@[::1]/x",
        "postgresql://u:p@example.org:22/x",
        "postgresql://u:p@metadata.google.internal/x",
    ],
)
def test_an_inner_address_is_refused(url: str) -> None:
    """S7: databases are called under the same rules as web addresses."""
    with pytest.raises(ForbiddenTarget):
        asked({"query": "SELECT 1"}, 0, url=url)


@pytest.mark.parametrize("url", ["postgresql:///x?host=/tmp", "postgresql://a,b/x", "mysql://h/x", "nonsense"])
def test_socket_files_and_lists_of_hosts_are_refused(url: str) -> None:
    """S9: no second door past the check of addresses."""
    with pytest.raises(CredentialError):
        asked({"query": "SELECT 1"}, 0, url=url)


def test_the_statement_takes_no_expressions() -> None:
    assert "query" in faults("postgres-query", {**CREDENTIAL, "query": "SELECT {{ $json.a }}"})
    assert faults("postgres-query", {**CREDENTIAL, "query": "SELECT $1", "parameters": ["{{ $json.a }}"]}) == {}


def test_several_statements_work_together_or_not_at_all(port: int) -> None:
    table = "CREATE TEMP TABLE kept (n int); INSERT INTO kept VALUES (1), (2);"
    outcome, _warnings = asked({"query": f"{table} SELECT n FROM kept", "several": True, "readOnly": False}, port)
    assert list(outcome.ports["out"]) == [{"n": 1}, {"n": 2}]
    outcome, _warnings = asked({"query": table, "several": True, "readOnly": False}, port)
    assert list(outcome.ports["out"]) == [{"changed": 2}]
    with pytest.raises(Refused):
        asked({"query": "CREATE TABLE half_done (n int); SELECT 1 / 0", "several": True, "readOnly": False}, port)
    outcome, _warnings = asked({"query": "SELECT to_regclass('half_done') AS made"}, port)
    assert list(outcome.ports["out"]) == [{"made": None}]


def test_several_statements_take_no_values_and_may_change_something() -> None:
    for config in ({"parameters": [1], "readOnly": False}, {"readOnly": True}):
        assert faults("postgres-query", {**CREDENTIAL, "query": "SELECT 1", "several": True, **config})


@pytest.mark.parametrize(("config", "attempts"), [({}, 3), ({"readOnly": True}, 3), ({"readOnly": False}, 1)])
def test_only_a_reading_query_is_tried_again_by_itself(config: dict[str, Any], attempts: int) -> None:
    """A failure at the tenth item wrote the rows of the first nine once more."""
    assert catalogue.get("postgres-query").retry_for(config).attempts == attempts
    assert catalogue.get("postgres-query").acts(config) == (attempts == 1)
