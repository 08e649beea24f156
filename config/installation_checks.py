"""Whether the installation can work: what `manage.py doctor` looks at before it looks at the desk."""

from __future__ import annotations

import os
import shutil
import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from accounts import clock
from config.health import QUEUES
from config.unsafe_values import refuse_unsafe
from executions.models import Step
from executions.services import live_queues
from executions.services.health import Queue, queues
from integrations.valkey import client
from tickets.doctor import Finding

LEAST_FREE: Final = 1_000_000_000
"""Bytes that a disk should have left."""
LONGEST_WAIT: Final = 60.0
"""Seconds for which the first step of a queue may wait for a worker, as in `deploy/monitoring/alerts.yml`."""
MOST_SKEW: Final = 5.0
"""Seconds by which the clock of this machine may differ from that of the database."""
CONNECTED: Final = """
SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE %s
"""


def examine() -> Iterator[Finding]:
    """Every check. What needs the database is left out while it does not answer."""
    yield _secrets()
    database = _database()
    yield database
    yield _valkey()
    if database.ok:
        for check in (_migrations, _workers, _queues, _ticker, _beat, _clock):
            yield _surely(check)
    for check in (_mail, _webhook, _bigquery, _disk):
        yield check()


def _surely(check: Callable[[], Finding]) -> Finding:
    """A check whose tables are missing says so instead of breaking off the others."""
    try:
        return check()
    except Error as error:
        code = check.__name__.removeprefix("_")
        return Finding(code, code, type(error).__name__, str(error).strip()[:200], "manage.py migrate")


def _finding(code: str, title: str, fault: str = "", cause: str = "", cure: str = "") -> Finding:
    return Finding(code, title, fault, cause, cure) if cure else Finding(code, title, _("В порядке"))


def _secrets() -> Finding:
    title = _("Секреты и настройки")
    try:
        refuse_unsafe(os.environ)
    except ImproperlyConfigured as faults:
        return _finding("secrets", title, str(faults), _("Настройки небезопасны"), _("Исправьте строки файла .env"))
    return _finding("secrets", title)


def _database() -> Finding:
    title = "PostgreSQL"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        cause = _("База данных не отвечает")
        return _finding("postgresql", title, type(error).__name__, cause, _("Проверьте DATABASE_URL и сервер"))
    return _finding("postgresql", title)


def _valkey() -> Finding:
    title = "Valkey"
    try:
        client(settings.REDIS_URL).ping()
    except (redis.RedisError, OSError) as error:
        cause = _("Без него работа идёт медленнее, а живой показ стоит")
        return _finding("valkey", title, type(error).__name__, cause, _("Проверьте REDIS_HOST, REDIS_URL и сервер"))
    return _finding("valkey", title)


def _migrations() -> Finding:
    title = _("Схема базы данных")
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        fault = _("Не применено миграций: %(count)s") % {"count": len(waiting)}
        return _finding("migrations", title, fault, _("После обновления не обновлена база"), "manage.py migrate")
    return _finding("migrations", title)


def _workers() -> Finding:
    title = _("Работники")
    missing = sorted(QUEUES - live_queues())
    if missing:
        fault = _("Никто не обслуживает: %(queues)s") % {"queues": ", ".join(missing)}
        cure = _("Запустите процессы worker, worker-cpu и worker-notify")
        return _finding("workers", title, fault, _("Запуски стоят: процесс не запущен или не видит базу"), cure)
    return _finding("workers", title)


def _queues() -> Finding:
    """Queues that are served and do not move. What `/metrics` tells of them is read, so both say the same."""
    title = _("Очереди")
    now = clock.read()
    standing = [queue for queue in queues() if queue.workers and _waited(queue, now) > LONGEST_WAIT]
    if not standing:
        return _finding("queues", title)
    taken = {queue.name: Step.objects.filter(status="running", queue=queue.name).count() for queue in standing}
    words = _("%(queue)s: первый из %(ready)s шагов ждёт %(seconds)s с, занято мест: %(taken)s из %(slots)s")
    fault = "; ".join(
        words
        % {
            "queue": queue.name,
            "ready": queue.ready,
            "seconds": round(_waited(queue, now)),
            "taken": taken[queue.name],
            "slots": queue.slots,
        }
        for queue in standing
    )
    if all(taken[queue.name] >= queue.slots for queue in standing):
        cause = _("Все места заняты: работы больше, чем работников")
        return _finding("queues", title, fault, cause, _("Добавьте процессов worker или worker-cpu"))
    cause = _("Работники на связи, но шагов не берут")
    return _finding("queues", title, fault, cause, _("Перезапустите worker и worker-cpu: начатое не пропадёт"))


def _waited(queue: Queue, now: datetime) -> float:
    """For how many seconds the first step of the queue has waited for a worker."""
    return 0.0 if queue.ready_since is None else (now - queue.ready_since).total_seconds()


def _ticker() -> Finding:
    if _is_connected("ticker"):
        return _finding("ticker", "ticker")
    cause = _("Сроки и повторы двигает один beat, раз в полминуты")
    return _finding("ticker", "ticker", _("Не запущен"), cause, _("Запустите его: manage.py ticker, или make up"))


def _beat() -> Finding:
    if _is_connected("beat"):
        return _finding("beat", "beat")
    cause = _("Расписания ведёт один ticker")
    return _finding("beat", "beat", _("Не запущен"), cause, _("Запустите его: manage.py beat, или make up"))


def _is_connected(process: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTED, [f"naryad-{process}%"])
        return cursor.fetchone() is not None


def _clock() -> Finding:
    title = _("Часы")
    skew = abs((clock.read() - datetime.now(UTC)).total_seconds())
    if skew > MOST_SKEW:
        fault = _("Расходятся с часами базы на %(seconds)s с") % {"seconds": round(skew)}
        return _finding(
            "clock", title, fault, _("Время машины не сверяется"), _("Включите chrony или systemd-timesyncd")
        )
    return _finding("clock", title)


def _mail() -> Finding:
    title = _("Почта")
    if not settings.EMAIL_HOST:
        return Finding("mail", title, _("Не настроена: EMAIL_HOST пуст"))
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    try:
        with kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT) as line:
            line.noop()
    except (OSError, smtplib.SMTPException) as error:
        cause = _("Сервер почты не отвечает")
        return _finding("mail", title, type(error).__name__, cause, _("Проверьте EMAIL_HOST, EMAIL_PORT и сеть"))
    return _finding("mail", title)


def _webhook() -> Finding:
    title = _("Webhook Telegram")
    if settings.TELEGRAM_MODE != "webhook" or not settings.TELEGRAM_BOT_TOKEN:
        return Finding("webhook", title, _("Не нужен"))
    if not settings.TELEGRAM_WEBHOOK_SECRET:
        cause = _("Без секрета обновления не принимаются")
        return _finding("webhook", title, _("Секрет пуст"), cause, _("Задайте TELEGRAM_WEBHOOK_SECRET"))
    if not settings.PUBLIC_URL.startswith("https://") and settings.PRODUCTION:
        cause = _("Telegram приносит обновления только по HTTPS")
        return _finding("webhook", title, settings.PUBLIC_URL, cause, _("Задайте PUBLIC_URL с https://"))
    return _finding("webhook", title)


def _bigquery() -> Finding:
    title = "BigQuery"
    if not settings.GCP_PROJECT_ID:
        return Finding("bigquery", title, _("Не настроен: GCP_PROJECT_ID пуст"))
    keys = settings.GOOGLE_ENVIRONMENT.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    if keys and not os.access(keys, os.R_OK):
        cause = _("Файла с ключом нет, или он не читается")
        return _finding("bigquery", title, keys, cause, _("Исправьте GOOGLE_APPLICATION_CREDENTIALS"))
    return _finding("bigquery", title)


def _disk() -> Finding:
    title = _("Диск")
    folder = settings.ATTACHMENT_DIR
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        fault = _("Свободно мегабайт: %(count)s") % {"count": free // 1_000_000}
        return _finding(
            "disk", title, fault, _("Скоро некуда будет писать"), _("Освободите место или уменьшите сроки хранения")
        )
    return _finding("disk", title)
