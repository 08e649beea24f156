"""The desk while the engine is down: no worker of another queue, no ticker."""

from __future__ import annotations

from executions.models import Execution
from integrations import relay
from tests.integration.reacting.scenes import listening
from tests.integration.runs import person
from tests.integration.telegram.desk import AUTHOR, IVAN, Desk


def test_the_cycle_goes_its_way_without_the_engine_which_hears_of_it_later(desk: Desk) -> None:
    """X-2: tickets need the queue of notifications alone, and what workflows wait for is kept for them."""
    listening(person("admin"), event="ticket.closed")
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "Отложить")
    desk.press(IVAN, "Вернуть в работу")
    desk.press(IVAN, "На подтверждение")
    desk.press(AUTHOR, "Подтвердить выполнение")
    ticket.refresh_from_db()
    assert ticket.status_id == 5
    assert not Execution.objects.exists()
    while relay.deliver_due(queue="system"):
        pass
    assert Execution.objects.count() == 1
