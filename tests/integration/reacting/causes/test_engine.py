"""What Naryad sees by itself when its runs, their calls and their clocks go wrong or come due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import clock
from accounts.clock import Clock
from executions import claims
from executions.models import Execution, Notice
from executions.services import reacting, scheduling
from integrations import breaker, event_payloads, relay
from integrations.mail import line
from integrations.models import Event
from tests.fakes.scripted import Service
from tests.fakes.scripted import running as scripted_running
from tests.fakes.smtp import post_office
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, happen, listener_of, listening, runs_of

DAY = 24 * 3600


def work() -> None:
    """All that waits, with what follows from it."""
    for _round in range(4):
        driving.drain()
        deliver()
    driving.drain()


def chained(flow: Any) -> dict[str, Any]:
    """What the one run of the reaction has brought to its end; the event fits its type."""
    (run,) = runs_of(flow)
    item: dict[str, Any] = done(run)
    event_payloads.check(item["event"], item["payload"])
    return item


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with scripted_running() as running:
        settings.OUTBOUND_ALLOW = [running.endpoint]
        yield running


def calling(service: Service, **config: Any) -> dict[str, Any]:
    return {
        "config": {"url": service.url("/crm"), "method": "POST", **config},
        "settings": {"retry": {"attempts": 1}},
    }


def test_a_service_that_answers_with_errors_opens_its_breaker_and_starts_a_chain(anna: Any, service: Service) -> None:
    """S2-4, seed 6.2: «Внешний сервис не дал ответа или вернул ошибку»."""
    flow = listening(anna, event="service.failed")
    service.answers = [(503, {})]
    for _time in range(breaker.FAILURES):
        driving.start(anna, driving.definition([("call", "http-request", calling(service))]))
        work()
    assert chained(flow)["payload"]["host"] == service.endpoint


def test_a_crm_that_cannot_be_brought_up_to_date_is_told_by_the_error_port(anna: Any, service: Service) -> None:
    """S2-4, seed 6.3: «Не получилось обновить данные в CRM или другой системе»."""
    flow = listening(anna, event="crm.update_failed")
    service.answers = [(500, {})]
    payload = {"system": "crm", "error": "{{ $json.error.code }}"}
    what = driving.definition(
        [
            (
                "call",
                "http-request",
                {**calling(service), "settings": {"retry": {"attempts": 1}, "onError": "error_port"}},
            ),
            ("tell", "emit-event", {"config": {"event": "crm.update_failed", "payload": payload}}),
        ],
        [("call", "tell", "error")],
    )
    driving.start(anna, what)
    work()
    assert chained(flow)["payload"]["system"] == "crm"


def test_a_letter_that_nobody_takes_starts_a_chain(anna: Any, settings: Any) -> None:
    """Seed 6.4: «Не удалось отправить письмо или сообщение клиенту»."""
    flow = listening(anna, event="delivery.failed")
    with post_office() as office:
        settings.EMAIL_HOST, settings.EMAIL_PORT = office.host, office.port
        office.refused = {"gone@example.org": "550 no such box"}
        letter = {"to": "gone@example.org", "subject": "Ответ", "text": "Добрый день"}
        driving.start(anna, driving.definition([("send", "send-email", {"config": letter})]))
        work()
        relay.deliver_due(queue="notifications")
        work()
        line._hang_up()
    assert chained(flow)["payload"]["to"] == "gone@example.org"


def test_a_run_whose_step_has_died_with_its_worker_is_stuck(anna: Any) -> None:
    """S2-9, seed 6.6: «Завис процесс или сценарий»: longer than the p95 of the workflow's own runs."""
    flow = listening(anna, event="process.stuck")
    quick = runs.workflow(anna)
    for _number in range(10):
        runs.start(quick, anna)
    driving.drain()
    killed = runs.start(quick, anna)
    assert claims.claim(queue="cpu", worker="dead") is not None
    Execution.objects.filter(pk=killed.pk).update(started_at=Clock() - timedelta(seconds=90))
    for _time in range(2):
        reacting.tell_of_stuck()
    deliver()
    assert [run.input_data["payload"]["executionId"] for run in runs_of(flow)] == [str(killed.pk)]


def test_a_document_that_was_not_made_in_time_is_an_automatic_task_that_was_not_done(anna: Any) -> None:
    """Seed 6.8: «Автоматическая задача не выполнилась (например, не создался документ…)»: the result is missing."""
    config = {"after": "payment.received", "unless": "document.created", "seconds": 3600, "emits": "job.missed"}
    flow = listening(anna, "trigger-absence", **config)
    happen("payment.received", subject="o-1", payload={"paymentId": "1", "amount": 1})
    happen("payment.received", subject="o-2", payload={"paymentId": "2", "amount": 1})
    happen("document.created", subject="o-2", payload={"documentId": "d"})
    clock.shift(connection, 3700)
    reacting.fire_due()
    work()
    (run,) = runs_of(flow)
    assert (run.input_data["subject"], driving.status(run)) == ("o-1", "succeeded")


def _seconds_until(weekday: int | None, hour: int, minute: int) -> float:
    """From now to the next such time of UTC."""
    now = clock.read().astimezone(UTC)
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while moment <= now or weekday not in (None, moment.weekday()):
        moment += timedelta(days=1)
    return (moment - now).total_seconds()


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        pytest.param({"crontab": "0 9 * * 1", "timeZone": "UTC"}, lambda: _seconds_until(0, 9, 0), id="Monday at nine"),
        pytest.param({"everySeconds": 3600}, lambda: 3600.0, id="hourly"),
        pytest.param({"crontab": "30 6 * * *", "timeZone": "UTC"}, lambda: _seconds_until(None, 6, 30), id="daily"),
    ],
)
def test_a_day_and_an_hour_come(anna: Any, config: dict[str, Any], seconds: Callable[[], float]) -> None:
    """S2-2, seed 5.1, 5.2, 5.3: «понедельник 9:00», «Раз в час», «ежедневный или еженедельный триггер»: one run."""
    flow = listening(anna, "trigger-schedule", **config)
    due = seconds()
    for moment, times in ((due - 30, 0), (due + 30, 1), (due + 31, 1)):
        clock.shift(connection, moment)
        scheduling.fire_due()
        assert len(runs_of(flow)) == times
    work()
    assert driving.status(runs_of(flow)[0]) == "succeeded"


def test_a_letter_that_is_opened_again_and_not_answered(anna: Any) -> None:
    """Seed 1.8: «Клиент снова открыл письмо, но не отреагировал»: a state of its own, and an answer ends it."""
    config = {"event": "email.opened", "count": 2, "windowSeconds": 7 * DAY, "reset": "email.received"}
    flow = listening(anna, "trigger-threshold", emits="email.reopened_no_reaction", **config)
    for reader in ("anna@example.org", "boris@example.org"):
        happen("email.opened", subject=reader, payload={"messageId": "1", "email": reader})
    happen("email.received", subject="boris@example.org", payload={"messageId": "2", "from": "boris@example.org"})
    for reader in ("anna@example.org", "boris@example.org"):
        happen("email.opened", subject=reader, payload={"messageId": "1", "email": reader})
    work()
    (run,) = runs_of(flow)
    assert run.input_data["subject"] == "anna@example.org"


def test_an_order_that_was_begun_and_not_paid(anna: Any) -> None:
    """Seed 1.15, 2.7: «начал оформлять заказ, но не завершил оплату», «транзакция не завершена»."""
    config = {"after": "checkout.started", "unless": "payment.received", "seconds": 3600, "emits": "checkout.abandoned"}
    flow = listening(anna, "trigger-absence", **config)
    happen("checkout.started", subject="k-1", payload={"cartId": "k-1"})
    happen("checkout.started", subject="k-2", payload={"cartId": "k-2"})
    happen("payment.received", subject="k-2", payload={"paymentId": "p", "amount": 1})
    clock.shift(connection, 3700)
    reacting.fire_due()
    work()
    assert chained(flow)["subject"] == "k-1"


@pytest.mark.parametrize("name", ["subscription.expired", "entity.term_expired"])
def test_a_term_ends(anna: Any, name: str) -> None:
    """Seed 2.4, 5.4: «Подписка клиента истекла», «Истёк срок действия скидки, пробного периода или договора»."""
    flow = listening(anna, "trigger-date", event="contract.signed", field="payload.endsAt", emits=name)
    ends = clock.read() + timedelta(days=30)
    happen("contract.signed", subject="c-1", payload={"endsAt": ends.isoformat()})
    clock.shift(connection, 29 * DAY)
    assert reacting.fire_due() == 0
    clock.shift(connection, 30 * DAY + 60)
    reacting.fire_due()
    work()
    (run,) = runs_of(flow)
    assert (run.input_data["event"], run.input_data["subject"]) == (name, "c-1")


@pytest.mark.parametrize(
    ("name", "fields", "sent"),
    [
        ("callback.requested", ("phone",), {"phone": "+79990000000"}),
        ("consultation.booked", ("email", "name"), {"email": "anna@example.org", "name": "Анна"}),
    ],
)
def test_a_form_is_sent(anna: Any, name: str, fields: tuple[str, ...], sent: dict[str, str]) -> None:
    """Seed 1.3, 1.4: «С сайта пришла заявка на обратный звонок», «Кто-то записался на консультацию через форму»."""
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in fields}, "required": [fields[0]]}
    flow = listening(anna, "trigger-form", event=name, fields=schema, subjectField=fields[0])
    assert Client().post(f"/forms/{listener_of(flow).address}", sent).status_code == 200
    work()
    (run,) = runs_of(flow)
    assert done(run) == sent
    event_payloads.check(name, Event.objects.get().payload)


def test_the_ready_workflow_about_a_day_of_silence_works_as_it_is(anna: Any) -> None:
    """X-4, part 2 row 12: made from the gallery and published without a change."""
    api = runs.client(anna)
    made = api.post("/api/v1/workflow-templates/no-reply/workflows", {}).json()
    assert api.post(f"/api/v1/workflows/{made['id']}/publish").status_code == 200
    happen("message.sent", subject="c-1", payload={"messageId": "1", "channel": "telegram"})
    clock.shift(connection, DAY + 60)
    reacting.fire_due()
    work()
    assert Notice.objects.get().text == "Клиент c-1 не ответил."
