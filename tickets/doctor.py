"""Whether the desk can work: what is looked at, what is wrong, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import clock
from integrations import outbox
from tickets.models import CategoryExecutor, TicketCategory, TicketTimer
from tickets.services import people
from tickets.services.notices import CARD, PING, QUEUE
from tickets.telegram.poller_lock import PollerLock

PATIENCE: Final = timedelta(seconds=60)
"""How long something that is due may lie without anybody being at fault."""


@dataclass(frozen=True)
class Finding:
    """One check: `cause` and `cure` are empty when all is well."""

    code: str
    title: str
    said: str
    cause: str = ""
    cure: str = ""

    @property
    def ok(self) -> bool:
        return not self.cure


def examine() -> list[Finding]:
    """Every check, in the order in which a message travels."""
    checks: tuple[Callable[[], Finding], ...] = (_executors, _linked, _wiring, _bot, _queue, _failed, _time)
    return [check() for check in checks]


def _executors() -> Finding:
    """Check 1: each open category has an active executor whom Telegram can reach."""
    title = _("Исполнители категорий")
    alone = [category.name for category in _open_categories() if not _reachable(category)]
    if not alone:
        return Finding("executors", title, _("В каждой категории есть доступный исполнитель"))
    return Finding(
        "executors",
        title,
        _("Некому взять заявки: %(categories)s") % {"categories": ", ".join(alone)},
        _("В категории нет активного исполнителя с Telegram. Исполнители не получают уведомления"),
        _("Добавьте исполнителя на странице /executors или командой INSERT INTO category_executors"),
    )


def _open_categories() -> list[TicketCategory]:
    return list(TicketCategory.objects.filter(is_active=True).order_by("name"))


def _reachable(category: TicketCategory) -> bool:
    return bool(people.chats_of([one.user_id for one in people.executors_of(category.pk)]))


def _linked() -> Finding:
    """Executors who take tickets and whom nobody can write to."""
    title = _("Telegram исполнителей")
    active = CategoryExecutor.objects.filter(is_active=True, user__is_active=True, ticket_category__is_active=True)
    seats = list(active.select_related("user").order_by("user__name"))
    chats = people.chats_of([seat.user_id for seat in seats])
    silent = dict.fromkeys(str(seat.user) for seat in seats if seat.user_id not in chats)
    if not silent:
        return Finding("linked", title, _("Всем активным исполнителям можно написать"))
    return Finding(
        "linked",
        title,
        _("Нельзя написать: %(people)s") % {"people": ", ".join(silent)},
        _("«Пользователь не найден»: у человека нет telegram_id, или он остановил бота"),
        _("Человек отправляет боту /start или получает ключ на странице /profile/telegram"),
    )


def _wiring() -> Finding:
    """Check 2: whatever the desk tells has somebody who delivers it."""
    title = _("Обработчики сообщений")
    lost = [topic for topic in (CARD, PING) if not _importable(settings.OUTBOX_HANDLERS.get(topic, ""))]
    if not lost:
        return Finding("wiring", title, _("У всех сообщений о заявках есть обработчик"))
    return Finding(
        "wiring",
        title,
        _("Нет обработчика: %(topics)s") % {"topics": ", ".join(lost)},
        _("Настройка OUTBOX_HANDLERS не называет обработчик или называет тот, которого нет"),
        _("Верните строки telegram.card и telegram.ping в OUTBOX_HANDLERS"),
    )


def _importable(path: str) -> bool:
    try:
        return bool(path and import_string(path))
    except ImportError:
        return False


def _bot() -> Finding:
    """Buttons do something only while somebody listens to Telegram."""
    title = _("Бот")
    if settings.TELEGRAM_MODE == "webhook":
        return Finding("bot", title, _("Обновления приходят по адресу /telegram/webhook"))
    if _polled():
        return Finding("bot", title, _("Процесс telegram_polling работает"))
    return Finding(
        "bot",
        title,
        _("Никто не получает обновления Telegram"),
        _("Кнопки не реагируют: процесс telegram_polling не запущен"),
        _("Запустите его: manage.py telegram_polling, или make up"),
    )


def _polled() -> bool:
    """Whether some process holds the poller's lock."""
    lock = PollerLock()
    try:
        return not lock.take()
    finally:
        lock.release()


def _queue() -> Finding:
    """Check 3: messages that are due are delivered."""
    title = _("Очередь notifications")
    count, since = outbox.overdue(QUEUE)
    if since is None or clock.read() - since < PATIENCE:
        return Finding("queue", title, _("Ждут отправки: %(count)s") % {"count": count})
    return Finding(
        "queue",
        title,
        _("Ждут отправки: %(count)s, дольше минуты") % {"count": count},
        _("Исполнители не получают уведомления: очередь не обрабатывается"),
        _("Запустите worker-notify: dev.py run worker, или make up"),
    )


def _failed() -> Finding:
    """Messages that were given up."""
    title = _("Недоставленные сообщения")
    count = outbox.dead().filter(queue=QUEUE).count()
    if not count:
        return Finding("failed", title, _("Ничего"))
    return Finding(
        "failed",
        title,
        _("Не доставлено: %(count)s") % {"count": count},
        _("Telegram отказал, или трижды не ответил"),
        _("Посмотрите причины и отправьте снова: админка, «Исходящие сообщения», или manage.py failed_messages"),
    )


def _time() -> Finding:
    """Deferred tickets wake only while the ticker runs."""
    title = _("Сроки заявок")
    late = TicketTimer.objects.filter(due_at__lt=clock.read() - PATIENCE).count()
    if not late:
        return Finding("time", title, _("Просроченных сроков нет"))
    return Finding(
        "time",
        title,
        _("Не сработали вовремя: %(count)s") % {"count": late},
        _("Отложенные заявки не просыпаются: процесс ticker не запущен"),
        _("Запустите его: manage.py ticker, или make up"),
    )


def typical_errors() -> list[dict[str, Any]]:
    """What people run into: which check tells of it, why it is so, what helps."""
    return [
        {
            "error": _("Кнопки не реагируют"),
            "check": "bot",
            "cause": _("Бот не запущен"),
            "cure": _("manage.py telegram_polling"),
        },
        {
            "error": _("Исполнители не получают уведомления"),
            "check": "queue",
            "cause": _("Очередь notifications не обрабатывается"),
            "cure": _("dev.py run worker"),
        },
        {
            "error": _("У вас нет прав на эту заявку"),
            "check": "executors",
            "cause": _("Пользователь не добавлен в исполнители категории"),
            "cure": _("страница /executors"),
        },
        {
            "error": _("Пользователь не найден"),
            "check": "linked",
            "cause": _("У пользователя нет telegram_id"),
            "cure": _("отправить боту /start"),
        },
    ]
