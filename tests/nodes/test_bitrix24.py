"""The node type `bitrix24`, against a service that answers as Bitrix24 does."""

from __future__ import annotations

import pytest

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of, run
from workflows.node_type import Permanent


def test_leads_are_found_and_the_address_of_the_webhook_is_the_key(service: Service) -> None:
    service.answers = [(200, {"result": [{"ID": "7"}], "next": 50, "total": 51}), (200, {"result": [{"ID": "8"}]})]
    call = {"operation": "crm-list", "entity": "lead", "filter": {"PHONE": "{{ $json.phone }}"}, "select": ["ID"]}
    assert items_of(service, "bitrix24", call, [{"phone": "+7"}], "webhook") == [{"ID": "7"}, {"ID": "8"}]
    first, second = service.calls
    assert (first.path, "authorization" in first.headers) == ("/hook/team-secret-1234567890/crm.lead.list", False)
    assert (first.body, second.body["start"]) == ({"filter": {"PHONE": "+7"}, "select": ["ID"]}, 50)


def test_a_record_is_made_and_changed(service: Service) -> None:
    service.answers = [(200, {"result": 12}), (200, {"result": True}), (200, {"result": {"task": {"id": "5"}}})]
    made = items_of(
        service, "bitrix24", {"operation": "crm-add", "entity": "deal", "fields": {"TITLE": "A"}}, kind="webhook"
    )
    changed = {"operation": "crm-update", "entity": "deal", "id": 12, "fields": {"TITLE": "B"}}
    assert (made, items_of(service, "bitrix24", changed, kind="webhook")) == ([{"id": 12}], [{"id": 12}])
    task = {
        "operation": "task-add",
        "title": "Call",
        "crm": ["L_{{ $json.lead }}"],
        "tags": ["new"],
        "responsible": "3",
    }
    assert items_of(service, "bitrix24", task, [{"lead": 9}], "webhook") == [{"id": "5"}]
    assert service.calls[2].body == {
        "fields": {"TITLE": "Call", "RESPONSIBLE_ID": "3", "UF_CRM_TASK": ["L_9"], "TAGS": ["new"]}
    }


def test_a_refusal_says_nothing_of_the_address(service: Service) -> None:
    service.answers = [(200, {"error": "NO_AUTH", "error_description": "team-secret-1234567890 is unknown"})]
    with pytest.raises(Permanent) as caught:
        run(service, "bitrix24", {"operation": "crm-get", "entity": "lead", "id": 1}, kind="webhook")
    assert caught.value.code == "vendor_refused"
    assert "team-secret" not in caught.value.details["answer"]
