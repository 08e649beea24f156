"""The node type `airtable`, against a service that answers as Airtable does."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of
from workflows.node_type import Permanent

WHERE = {"base": "app1", "table": "Table 1"}


def test_records_are_found_over_all_pages(service: Service) -> None:
    record = {"id": "rec1", "createdTime": "2026-01-01T00:00:00Z", "fields": {"Name": "Ann"}}
    service.answers = [(200, {"records": [record], "offset": "o/2"}), (200, {"records": [record]})]
    call = {**WHERE, "operation": "record-search", "formula": "{Name} = '{{ $json.name }}'", "columns": ["Name"]}
    found = items_of(service, "airtable", {**call, "flat": True}, [{"name": "Ann"}])
    assert found == [{"id": "rec1", "createdTime": "2026-01-01T00:00:00Z", "Name": "Ann"}] * 2
    path, _mark, query = service.calls[1].path.partition("?")
    assert path == "/v0/app1/Table%201"
    assert parse_qs(query) == {
        "filterByFormula": ["{Name} = 'Ann'"],
        "fields[]": ["Name"],
        "pageSize": ["100"],
        "offset": ["o/2"],
    }


def test_a_record_is_made_changed_merged_and_taken_away(service: Service) -> None:
    service.answers = [(200, {"id": "rec1", "fields": {}, "records": [{"id": "rec2", "fields": {}}]})]
    fields = {"Name": "Ann"}
    items_of(service, "airtable", {**WHERE, "operation": "record-create", "fields": fields, "typecast": True})
    items_of(service, "airtable", {**WHERE, "operation": "record-update", "record": "rec1", "fields": fields})
    merged = items_of(service, "airtable", {**WHERE, "operation": "record-upsert", "fields": fields, "match": ["Name"]})
    items_of(service, "airtable", {**WHERE, "operation": "record-delete", "record": "rec1"})
    assert merged == [{"id": "rec2", "fields": {}}]
    assert [(call.method, call.body) for call in service.calls] == [
        ("POST", {"fields": fields, "typecast": True}),
        ("PATCH", {"fields": fields}),
        ("PATCH", {"records": [{"fields": fields}], "performUpsert": {"fieldsToMergeOn": ["Name"]}}),
        ("DELETE", None),
    ]


def test_a_value_does_not_lead_to_another_path(service: Service) -> None:
    """The table would be asked to be taken away, and not one of its records."""
    call = {**WHERE, "operation": "record-delete", "record": "{{ $json.id }}"}
    with pytest.raises(Permanent, match="forbidden_target"):
        items_of(service, "airtable", call, [{"id": ".."}])
    assert service.calls == []


def test_the_tables_of_a_base_are_items(service: Service) -> None:
    service.answers = [(200, {"tables": [{"id": "tbl1", "name": "Orders"}, {"id": "tbl2", "name": "Goods"}]})]
    found = items_of(service, "airtable", {"operation": "base-schema", "base": "app1"})
    assert [one["name"] for one in found] == ["Orders", "Goods"]
    assert service.calls[0].path == "/v0/meta/bases/app1/tables"
