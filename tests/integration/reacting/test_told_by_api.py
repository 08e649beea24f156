"""What other systems tell over the API is about somebody, and counts once, also where they name neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.causes.looking import pass_time
from tests.integration.reacting.scenes import deliver, done, listening, runs_of

ADDRESS = "/api/v1/events"
DAY = timedelta(days=1).total_seconds()


def tell(user: Any, name: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = runs.client(user).post(ADDRESS, {"name": name, "payload": said, **more}, format="json")
    assert answer.status_code == 202, answer.json()
    deliver()
    driving.drain()
    told: dict[str, Any] = answer.json()
    return told


def message(contact: str, number: int) -> dict[str, Any]:
    return {"messageId": str(number), "channel": "whatsapp", "contactId": contact, "text": "."}


def test_an_answer_of_one_client_does_not_end_the_silence_of_another(anna: Any) -> None:
    """S2-6: «Прошли сутки, а клиент не ответил»: the payload says who was written to and who has answered."""
    flow = listening(anna, "trigger-absence", after="message.sent", unless="message.received", seconds=DAY)
    for number, contact in enumerate(("c-1", "c-2")):
        tell(anna, "message.sent", message(contact, number))
    tell(anna, "message.received", message("c-1", 2))
    pass_time(DAY)
    (run,) = runs_of(flow)
    assert done(run)["subject"] == "c-2"


def test_a_payment_that_is_told_twice_starts_one_run(anna: Any) -> None:
    """S2-5: by the key of the event's type, as a webhook does."""
    flow = listening(anna, event="payment.received")
    first, again = (tell(anna, "payment.received", {"paymentId": "p-1", "amount": 100}) for _time in range(2))
    assert (first["duplicate"], again["duplicate"], again["id"]) == (False, True, first["id"])
    assert len(runs_of(flow)) == 1


def test_what_the_caller_says_comes_before_what_the_payload_says(anna: Any) -> None:
    said = {"paymentId": "p-1", "amount": 100, "orderId": "o-1"}
    own = tell(anna, "payment.received", said, subject="shop-7", dedupKey="k")
    about_all = tell(anna, "payment.received", said, subject="", dedupKey=None)
    assert (own["subject"], about_all["subject"]) == ("shop-7", "")
    assert list(Event.objects.order_by("at").values_list("dedupe_key", flat=True)) == ["k", None]


def test_events_of_other_names_are_about_nothing_unless_they_say_so(anna: Any) -> None:
    told = [tell(anna, "shop.closed", {"contactId": "c-1"}) for _time in range(2)]
    assert [(one["subject"], one["duplicate"]) for one in told] == [("", False), ("", False)]


@pytest.mark.parametrize(("config", "subject"), [({}, "o-1"), ({"subject": "till-3"}, "till-3")])
def test_an_event_of_a_node_is_about_whom_its_payload_says(anna: Any, config: dict[str, Any], subject: str) -> None:
    """S2-6: a workflow that tells of a known event names its subject only where it is another one."""
    what = driving.definition([("tell", "emit-event", {"config": {"event": "payment.received", **config}})])
    run = driving.start(anna, what, input_data={"paymentId": "p", "amount": 1, "orderId": "o-1"})
    driving.drain()
    assert driving.status(run) == "succeeded"
    assert Event.objects.get(name="payment.received").subject == subject
