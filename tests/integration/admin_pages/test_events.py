"""Events in the admin: how they go, sending one for a try, telling one again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations import alerting, event_types
from integrations.errors import PayloadInvalid
from integrations.models import Event
from tests.integration import runs
from tests.integration.reacting.scenes import deliver, emit, happen, listening, runs_of
from tickets.services import event_words, history


@pytest.fixture
def anna(transactional_db: Any) -> Any:
    return runs.person("admin", username="anna", is_staff=True)


@pytest.fixture
def browser(anna: Any) -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(anna)
    return client


def test_the_page_shows_what_happened_and_every_type_with_its_try(anna: Any, browser: Client) -> None:
    """S2-3, S2-5: events by type and hour, reactions, what did not match, latency; a button for each type."""
    listening(anna, event="payment.received")
    listening(anna, event="payment.received", subject="other")
    happen("payment.received", subject="o-1", payload={"paymentId": "1", "amount": 1})
    happen("nobody.listens")
    emit("backup.failed", subject="db-1")
    alerting.look()
    text = browser.get(reverse("admin:events")).content.decode()
    assert "Пришла оплата" in text
    assert "Другой предмет: 1" in text
    assert "db-1" in text
    assert text.count("Отправить пробное событие") == len(event_types.ALL)
    for hours in (1, 168, 744):
        assert browser.get(reverse("admin:events"), {"hours": hours}).status_code == 200


def test_a_try_is_sent_from_the_page_and_its_outcome_is_shown(anna: Any, browser: Client) -> None:
    """S2-5: "send test event" in the admin, with the sample or what one writes instead."""
    flow = listening(anna, event="payment.received")
    address = reverse("admin:events_test")
    shown = browser.post(address, {"code": "payment.received"}, follow=True)
    deliver()
    (run,) = runs_of(flow)
    assert run.input_data["payload"] == event_types.get("payment.received").sample()
    event = Event.objects.get()
    assert shown.redirect_chain[0][0] == reverse("admin:integrations_event_change", args=[event.pk])
    browser.post(address, {"code": "payment.received", "payload": '{"paymentId": "7", "amount": 2}'})
    assert Event.objects.filter(payload__paymentId="7", source="test").exists()
    for wrong in ("{}", "[]", "no json"):
        told = browser.post(address, {"code": "payment.received", "payload": wrong}, follow=True).content.decode()
        assert str(PayloadInvalid.message) in told
    assert Event.objects.count() == 2


def test_an_event_shows_what_it_has_caused_and_is_told_again(anna: Any, browser: Client) -> None:
    """Part 2 row 11: one or many are told again in the admin."""
    flow = listening(anna)
    event = happen(subject="7")
    page = reverse("admin:integrations_event_change", args=[event.pk])
    assert str(runs_of(flow)[0].pk) in browser.get(page).content.decode()
    browser.post(reverse("admin:event_replay", args=[event.pk]))
    deliver()
    assert len(runs_of(flow)) == 2
    chosen = {"action": "replay_selected", "_selected_action": [str(event.pk)]}
    browser.post(reverse("admin:integrations_event_changelist"), chosen)
    deliver()
    assert len(runs_of(flow)) == 3
    assert (
        "Никто не слушал"
        in browser.get(reverse("admin:integrations_event_change", args=[happen("nobody.listens").pk])).content.decode()
    )


def test_who_only_looks_on_sends_and_tells_nothing(anna: Any) -> None:
    """S3-22: route x role."""
    event = happen()
    client = Client()
    client.force_login(runs.person("viewer", is_staff=True))
    assert "Отправить пробное" not in client.get(reverse("admin:events")).content.decode()
    client.post(reverse("admin:events_test"), {"code": "payment.received"})
    client.post(reverse("admin:event_replay", args=[event.pk]))
    assert list(Event.objects.values_list("tellings", flat=True)) == [1]
    client.force_login(runs.person(None, is_staff=True))
    assert client.get(reverse("admin:events")).status_code == 403


def test_alerts_are_taken_on_and_silenced_in_the_admin(anna: Any, browser: Client) -> None:
    """Part 2 row 15."""
    emit("backup.failed", subject="db-1")
    alerting.look()
    alert = alerting.visible_to(anna).get()
    listed = reverse("admin:integrations_alert_changelist")
    for action in ("take_selected", "mute_selected"):
        browser.post(listed, {"action": action, "_selected_action": [str(alert.pk)]})
    alert.refresh_from_db()
    assert alert.acknowledged_by == anna
    assert alert.muted_until is not None
    assert "db-1" in browser.get(reverse("admin:integrations_alert_change", args=[alert.pk])).content.decode()


def test_an_alert_is_taken_on_from_its_own_page(anna: Any, browser: Client) -> None:
    """Its only button was "Close", which closed the page."""
    emit("backup.failed", subject="db-1")
    alerting.look()
    alert = alerting.visible_to(anna).get()
    page = browser.get(reverse("admin:integrations_alert_change", args=[alert.pk])).content.decode()
    assert 'name="action" value="take_selected"' in page
    assert 'name="action" value="mute_selected"' in page
    assert "К списку" in page
    listed = reverse("admin:integrations_alert_changelist")
    told = browser.post(listed, {"action": "take_selected", "_selected_action": [str(alert.pk)]}, follow=True)
    assert "Принято: " in told.content.decode()
    looker = Client(headers={"accept-language": "ru"})
    looker.force_login(runs.person("viewer", is_staff=True))
    page = looker.get(reverse("admin:integrations_alert_change", args=[alert.pk])).content.decode()
    assert "take_selected" not in page


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ticket.taken", "Заявка: взята в работу"),
        ("ticket.commented", "Заявка: комментарий"),
        ("ticket.closed", "Заявка: завершена или отменена"),
        ("ticket.overdue", "Заявка: срок вышел"),
    ],
)
def test_what_tickets_tell_of_has_a_title(name: str, title: str, anna: Any, browser: Client) -> None:
    happen(name)
    assert title in browser.get(reverse("admin:events")).content.decode()


def test_every_event_of_a_ticket_has_a_title() -> None:
    assert [name for name in history.EVENT_NAMES.values() if not event_words.title_of(name)] == []
    assert event_words.title_of("order.paid") == ""
