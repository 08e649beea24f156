"""The node type `snowflake`, against a service that answers as Snowflake does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_values_are_bound_and_never_a_part_of_the_statement(service: Service) -> None:
    row = {"id": "{{ $json.id }}", 'a"b': "{{ $json.name }}", "seen": None}
    call = {"operation": "row-insert", "table": "shop.orders", "row": row, "warehouse": "small"}
    service.answers = [(200, {"message": "Statement executed successfully."})]
    items_of(service, "snowflake", call, [{"id": 7, "name": "x'); DROP TABLE y"}])
    [sent] = service.calls
    assert (sent.method, sent.path) == ("POST", "/api/v2/statements")
    assert sent.body == {
        "statement": 'INSERT INTO "SHOP"."ORDERS" ("ID", "a""b", "SEEN") VALUES (?, ?, ?)',
        "bindings": {
            "1": {"type": "TEXT", "value": "7"},
            "2": {"type": "TEXT", "value": "x'); DROP TABLE y"},
            "3": {"type": "TEXT", "value": None},
        },
        "warehouse": "small",
    }


def test_each_row_is_an_item(service: Service) -> None:
    columns = {"rowType": [{"name": "ID"}, {"name": "NAME"}]}
    service.answers = [(200, {"resultSetMetaData": columns, "data": [["1", "Ann"], ["2", None]]})]
    call = {"operation": "query", "query": "SELECT * FROM people WHERE id > ?", "parameters": ["{{ $json.id }}"]}
    found = items_of(service, "snowflake", call, [{"id": 0}])
    assert found == [{"ID": "1", "NAME": "Ann"}, {"ID": "2", "NAME": None}]
    assert service.calls[0].body["bindings"] == {"1": {"type": "TEXT", "value": "0"}}
