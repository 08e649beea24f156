"""Alerts in Telegram: grouped, with pauses, taken on and silenced by buttons, and told to be over; by no worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as installation
from django.db import connection
from django.utils.translation import override

from accounts import clock
from accounts.models import User
from accounts.services import create_user, default_project
from integrations import alerting, events, valkey
from integrations.models import Alert, OutboxMessage
from tests.fakes.bot_api import BOT_ID, TOKEN, BotAPI
from tickets.telegram import handler

pytestmark = pytest.mark.django_db

ANNA, BORIS, VERA = 301, 302, 303
HOST = "db-1"


class Watch:
    """The people who may handle alerts, their chats, and the clock."""

    def __init__(self, telegram: BotAPI, lift: Callable[[], None]) -> None:
        self.telegram, self.lift = telegram, lift
        for number, name, role in ((ANNA, "Анна", "operator"), (BORIS, "Boris", "admin"), (VERA, "Вера", "viewer")):
            telegram.acts.person(number, name)
            language = "en" if number == BORIS else "ru"
            create_user(username=name, password=None, name=name, telegram_id=number, language=language, roles=[role])

    def tell(self, name: str = "backup.failed", **payload: Any) -> None:
        said = {"host": HOST, **payload}
        events.emit(project_id=default_project().pk, name=name, subject=HOST, payload=said, source="test")

    def look(self, at: float = 0) -> None:
        clock.shift(connection, at)
        self.lift()
        alerting.look()

    def press(self, who: int, button: str) -> str:
        self.telegram.acts.press(who, button)
        for update in list(self.telegram.waiting):
            reply = handler.handle(update, bot_id=BOT_ID)
            assert reply is not None
            values = reply.as_webhook()
            self.telegram.emulator.answer(TOKEN, values.pop("method"), values, {})
        self.telegram.updates.waiting = []
        self.lift()
        alerting.look()
        return self.telegram.toasts_of(who)[-1]

    def newest(self, who: int) -> Any:
        return self.telegram.messages_to(who)[-1]

    def buttons(self, who: int) -> list[str]:
        return [button["text"] for button in self.newest(who).buttons]


@pytest.fixture
def watch(telegram: BotAPI, lift_pause: Callable[[], None], db: None) -> Iterator[Watch]:
    """Valkey's clock cannot be shifted, so all pauses of senders are taken away."""

    def lift() -> None:
        lift_pause()
        valkey.client(installation.REDIS_URL).delete("naryad:limit:alerts")

    yield Watch(telegram, lift)
    clock.shift(connection, 0)


def test_who_may_handle_alerts_is_told_in_their_language_and_no_worker_has_a_hand_in_it(watch: Watch) -> None:
    """Part 2 row 15: the message goes out although nothing of the outbox has been delivered."""
    watch.tell(error="диск")
    watch.look()
    assert "Резервное копирование не удалось: db-1" in watch.newest(ANNA).content["text"]
    assert "диск" in watch.newest(ANNA).content["text"]
    assert "A backup has failed" in watch.newest(BORIS).content["text"]
    assert watch.buttons(ANNA) == ["Принято", "Тихо 1 час", "Тихо сутки"]
    assert watch.telegram.texts_to(VERA) == []
    assert set(OutboxMessage.objects.values_list("topic", "state")) == {("event.arrived", "waiting")}


def test_what_happens_again_only_counts_until_the_pause_is_over(watch: Watch, settings: Any) -> None:
    """Part 2 row 15: grouped by fingerprint with a count, and a cool-down."""
    settings.ALERT_PAUSE_SECONDS = 600
    for _time in range(3):
        watch.tell()
    watch.look()
    for second in (10, 20, 590):
        watch.tell()
        watch.look(second)
    assert len(watch.telegram.texts_to(ANNA)) == 1
    watch.look(700)
    assert len(watch.telegram.texts_to(ANNA)) == 2
    assert "Сколько раз: 6" in watch.newest(ANNA).content["text"]
    assert watch.telegram.messages_to(ANNA)[0].buttons == []
    watch.look(5000)
    assert len(watch.telegram.texts_to(ANNA)) == 2
    assert Alert.objects.get().count == 6


def test_other_things_are_other_alerts(watch: Watch) -> None:
    watch.tell()
    watch.tell("storage.full", usedPercent=99)
    watch.tell("payment.received")
    watch.look()
    assert sorted(Alert.objects.values_list("name", flat=True)) == ["backup.failed", "storage.full"]


def test_an_alert_that_somebody_has_taken_on_is_told_of_again_only_when_it_is_over(watch: Watch) -> None:
    """Part 2 row 15: acknowledge, and "recovered"."""
    watch.tell()
    watch.look()
    assert watch.press(ANNA, "Принято") == "Тревога принята"
    assert "Принял(а): Анна" in watch.newest(ANNA).content["text"]
    assert "Анна" in watch.newest(BORIS).content["text"]
    watch.tell()
    watch.look(86_000)
    assert len(watch.telegram.texts_to(ANNA)) == 1
    watch.tell("backup.recovered")
    watch.look(86_010)
    assert watch.newest(ANNA).content["text"].startswith("🟢 Восстановлено: Резервное копирование не удалось")
    assert watch.telegram.messages_to(ANNA)[0].buttons == []
    assert (Alert.objects.get().ending, Alert.objects.get().count) == ("recovered", 2)


def test_a_muted_alert_is_silent_also_when_it_comes_back(watch: Watch) -> None:
    """Part 2 row 15: mute."""
    watch.tell()
    watch.look()
    assert watch.press(ANNA, "Тихо 1 час").startswith("Тихо")
    watch.tell("backup.recovered")
    watch.look(10)
    watch.tell()
    watch.look(3000)
    assert Alert.objects.count() == 2
    assert len(watch.telegram.texts_to(ANNA)) == 2
    watch.look(3700)
    assert len(watch.telegram.texts_to(ANNA)) == 3


def test_who_may_not_handle_alerts_presses_in_vain(watch: Watch) -> None:
    """S3-22: a message that was forwarded gives nobody rights."""
    watch.tell()
    watch.look()
    words = f"ack:{Alert.objects.get().pk.hex}"
    with override("ru"):
        assert alerting.press(words, user=User.objects.get(username="Вера")) == "Недостаточно прав для этого действия"
        assert alerting.press("ack:nonsense", user=User.objects.get(username="Анна")) == "Кнопка устарела"
    assert Alert.objects.get().acknowledged_at is None


def test_of_what_is_quiet_people_are_told_that_it_does_not_come_again(watch: Watch, settings: Any) -> None:
    settings.ALERT_QUIET_HOURS = 1
    watch.tell()
    watch.look()
    watch.look(3700)
    assert watch.newest(ANNA).content["text"].startswith("🟢 Больше не повторяется")
    assert alerting.prune(10) == 0


def test_a_telegram_that_is_away_is_asked_again_and_nobody_is_told_twice(watch: Watch, settings: Any) -> None:
    watch.tell()
    url = settings.TELEGRAM_API_BASE_URL
    settings.TELEGRAM_API_BASE_URL = "http://127.0.0.1:9/bot"
    watch.look()
    assert Alert.objects.get().tellings == 0
    settings.TELEGRAM_API_BASE_URL = url
    watch.look(61)
    watch.look(200)
    assert len(watch.telegram.texts_to(ANNA)) == 1
