"""The node type `mailcheck`, against a service that answers as Mailcheck does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of


def test_an_address_is_judged(service: Service) -> None:
    service.answers = [(200, {"email": "jan@example.org", "trustRate": 90})]
    found = items_of(
        service, "mailcheck", {"operation": "email-check", "email": "{{ $json.mail }}"}, [{"mail": "jan@example.org"}]
    )
    assert found[0]["trustRate"] == 90
    assert (service.calls[0].path, service.calls[0].body) == ("/singleEmail:check", {"email": "jan@example.org"})
