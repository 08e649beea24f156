"""The node type `signl4`, against a service that answers as SIGNL4 does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_an_alert_is_raised_and_closed_by_its_number(service: Service) -> None:
    service.answers = [(201, {"eventId": "e1"})]
    alert = {
        "operation": "alert-send",
        "message": "Machine {{ $json.name }}",
        "reference": "r1",
        "location": "52.3,13.0",
    }
    assert items_of(service, "signl4", alert, [{"name": "A"}], "webhook") == [{"eventId": "e1"}]
    items_of(service, "signl4", {"operation": "alert-resolve", "reference": "r1"}, kind="webhook")
    origin = {"X-S4-ExternalID": "r1", "X-S4-SourceSystem": "naryad"}
    assert service.calls[0].path == "/hook/team-secret-1234567890"
    assert service.calls[0].body == {
        **origin,
        "X-S4-Status": "new",
        "Message": "Machine A",
        "X-S4-Location": "52.3,13.0",
    }
    assert service.calls[1].body == {**origin, "X-S4-Status": "resolved"}
