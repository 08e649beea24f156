"""The catalogue of events: all that the product promises to react to."""

from __future__ import annotations

from typing import Any

import pytest

from integrations import event_docs, event_types
from integrations.models import Event
from tests.architecture.tree import ROOT
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, listening, outcomes, runs_of

ADDRESS = "/api/v1/event-types"
BULLETS = 49


def test_every_bullet_has_a_type() -> None:
    """S2-5: the 49 events of the catalogue, in six groups."""
    found = {bullet for one in event_types.ALL.values() for bullet in one.bullets}
    assert found == set(range(1, BULLETS + 1))
    assert len(event_types.GROUPS) == 6


def test_every_kind_of_event_comes_in_and_its_chain_runs(anna: Any) -> None:
    """S2-2, S2-5: for each of the catalogue: event in, chain ran, outcome."""
    flows = {code: listening(anna, event=code) for code in event_types.ALL}
    api = runs.client(anna)
    for code in flows:
        assert api.post(f"{ADDRESS}/{code}/test").status_code == 202, code
    deliver()
    driving.drain()
    for code, flow in flows.items():
        (run,) = runs_of(flow)
        item = done(run)
        assert (item["event"], item["payload"]) == (code, event_types.get(code).sample())
        assert outcomes(flow) == ["started"]


@pytest.mark.django_db
def test_the_catalogue_is_told_in_the_readers_language() -> None:
    api = runs.client(runs.person("viewer"), HTTP_ACCEPT_LANGUAGE="ru")
    told = {one["code"]: one for one in api.get(ADDRESS).json()}
    assert told["payment.received"]["title"] == "Пришла оплата"
    assert told["payment.received"]["schema"]["required"] == ["paymentId", "amount"]
    assert told["payment.received"]["dedupKey"] == "paymentId"
    assert told["ssl.expiring"]["kind"] == "threshold"


@pytest.mark.django_db
def test_who_may_see_the_catalogue_and_send_a_try() -> None:
    """S3-22: route x role."""
    address = f"{ADDRESS}/payment.received/test"
    for role, seen, sent in (("viewer", 200, 403), ("operator", 200, 202), (None, 403, 403)):
        api = runs.client(runs.person(role))
        assert (api.get(ADDRESS).status_code, api.post(address).status_code) == (seen, sent)
    assert runs.client(None).get(ADDRESS).status_code == 401
    assert runs.client(runs.person("operator")).post(f"{ADDRESS}/no.such/test").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        ({}, {"payload.paymentId", "payload.amount"}),
        ({"paymentId": "1", "amount": "a lot"}, {"payload.amount"}),
        ({"paymentId": [], "amount": 1}, {"payload.paymentId"}),
    ],
)
def test_a_payload_that_its_type_does_not_know_is_refused(payload: dict[str, Any], fields: set[str]) -> None:
    """S2-5: the payload of a known type is checked against its schema."""
    api = runs.client(runs.person("operator"))
    answer = api.post("/api/v1/events", {"name": "payment.received", "payload": payload})
    assert (answer.status_code, answer.json()["code"]) == (400, "payload_invalid")
    assert set(answer.json()["details"]["fields"]) == fields
    assert not Event.objects.exists()


def test_a_payload_says_whom_it_is_about_and_by_what_a_repeat_is_known() -> None:
    known = event_types.get("message.received")
    assert known.subject_of({"contactId": "c-1"}) == "c-1"
    assert known.dedup_of({"channel": "telegram", "messageId": 7}) == "telegram:7"
    assert known.dedup_of({"channel": "telegram"}) is None


def test_the_page_of_events_is_in_step() -> None:
    """S2-5: each documented; `make docs` writes the page."""
    assert (ROOT / "docs" / "events.md").read_text() == event_docs.page()
