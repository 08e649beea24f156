"""The two nodes of BigQuery in real runs, against an emulator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from executions import sweeps
from executions.models import Execution
from integrations.models import OutboxMessage
from tests.integration import runs
from tests.integration.bigquery.conftest import Ask, deliver, later
from tests.integration.executions import driving

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

EVIL = "x'; DROP TABLE sales; --"


def run(*nodes: Any, **inputs: Any) -> Execution:
    return runs.finished_run(runs.person("editor"), ("in", "noop"), *nodes, input_data=inputs)


def insert(**config: Any) -> tuple[str, str, dict[str, Any]]:
    return "put", "bigquery-insert", {"config": {"table": "sales", **config}}


def query(sql: str, parameters: dict[str, Any], **config: Any) -> tuple[str, str, dict[str, Any]]:
    return "ask", "bigquery-query", {"config": {"sql": sql, "parameters": parameters, **config}}


def test_rows_with_one_key_replace_each_other_across_runs(warehouse: str, ask: Ask) -> None:
    for price in (1, 2):
        made = run(insert(keyFields=["sku"]), sku="A", price=price)
        assert driving.status(made) == "succeeded"
        deliver()
    assert ask("SELECT sku, price FROM sales") == [{"sku": "A", "price": 2}]


def test_a_run_that_waits_goes_on_when_the_rows_are_there(warehouse: str, ask: Ask) -> None:
    made = run(insert(wait=True), sku="A")
    assert driving.statuses(made)["put"] == "delayed"
    deliver()
    later(10)
    sweeps.wake_due()
    driving.drain()
    assert driving.status(made) == "succeeded"
    assert ask("SELECT sku FROM sales") == [{"sku": "A"}]


def test_values_of_a_query_are_data_whatever_they_hold(warehouse: str, ask: Ask) -> None:
    """S3-17: what would be SQL inside a text is a value like any other."""
    run(insert(), name=EVIL, price=Decimal("10.10"), day="2026-11-20")
    deliver()
    sql = "SELECT name, price, day FROM sales WHERE name = @name AND day = @day AND price = @price"
    parameters = {"name": "{{ $json.name }}", "day": "2026-11-20", "price": "10.1"}
    made = run(query(sql, parameters, types={"day": "DATE", "price": "NUMERIC"}), name=EVIL)
    assert driving.items(made, "ask") == [{"name": EVIL, "price": Decimal("10.1"), "day": "2026-11-20"}]
    sql = "SELECT count(*) AS n FROM sales WHERE name = @name"
    made = run(query(sql, {"name": "{{ $json.name }}"}), name="' OR 1=1")
    assert driving.items(made, "ask") == [{"n": 0}]


def test_more_rows_than_asked_for_are_not_read(warehouse: str) -> None:
    made = run(query("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 50)) AS n ORDER BY n", {}, maxRows=3))
    assert [row["n"] for row in driving.items(made, "ask")] == [1, 2, 3]


def test_a_query_that_is_no_sql_fails_with_what_bigquery_says(warehouse: str) -> None:
    made = run(query("SELEKT 1", {}))
    assert driving.step(made, "ask").error["code"] == "bigquery_refused"


def test_a_workflow_and_a_node_can_keep_their_rows_here(warehouse: str) -> None:
    """S3-17: a setting of the workflow or of a node switches the saving to BigQuery off."""
    editor = runs.person("editor")
    keep = {"settings": {"store": "raw", "bigquery": False}}
    let_out = {"settings": {"store": "raw", "bigquery": True}}
    what = driving.definition([("a", "noop", keep), ("b", "noop", {"settings": {"store": "raw"}})], [("a", "b")])
    driving.start(editor, what, input_data={"n": 1})
    what = driving.definition(
        [("c", "noop", {"settings": {"store": "raw"}}), ("d", "noop", let_out)], [("c", "d")], bigquery=False
    )
    driving.start(editor, what, input_data={"n": 1})
    driving.drain()
    while deliver():
        pass
    tables = set(
        OutboxMessage.objects.filter(topic="bigquery.load", state="sent").values_list("payload__table", flat=True)
    )
    assert len(tables) == 2
