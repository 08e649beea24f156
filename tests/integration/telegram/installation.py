"""The processes that an installation has, over the test's database and its Telegram."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from devtools.installation import free_port
from tests.fakes.bot_api import TOKEN
from tests.integration.telegram.desk import Desk

SECRET = "s3cret"
PATIENCE_SECONDS = 60.0
Process = subprocess.Popen[bytes]


class Installation:
    """Processes over the test's database that speak to the test's Telegram."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.processes: list[Process] = []
        self.webhook = ""
        self.ticks: Process | None = None
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self.environment = {
            **os.environ,
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": settings.REDIS_URL,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": f"{desk.telegram.url}/bot",
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "NARYAD_ENV_FILE": os.devnull,
        }

    def start(self, name: str, *words: str) -> Process:
        environment = {**self.environment, "NARYAD_PROCESS": name}
        process = subprocess.Popen(
            [sys.executable, *words], cwd=settings.BASE_DIR, env=environment, stderr=subprocess.DEVNULL
        )
        self.processes.append(process)
        return process

    def sender(self) -> Process:
        """The relay without Celery: it looks for due messages again and again."""
        code = (
            "import django, time; django.setup()\n"
            "from integrations import relay\n"
            "while True:\n"
            "    relay.deliver_due(queue='notifications') or time.sleep(0.05)\n"
        )
        self.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        return self.start("worker-notify", "-c", code)

    def worker(self) -> Process:
        """The sender as `make up` has it: a worker with eight threads, for which a ticker rings."""
        if not self.ticks:
            self.ticks = self.start("ticker", "manage.py", "ticker")
        self.environment["NARYAD_QUEUES"] = "notifications,system"
        words = ["-n", f"notify{len(self.processes)}@%h", "-P", "threads", "-c", "8", "-Q", "notifications,system"]
        return self.start("worker-notify", "manage.py", "worker", *words)

    def poller(self) -> Process:
        return self.start("bot", "manage.py", "telegram_polling", "--wait")

    def web(self, port: int = 0) -> Process:
        """Listens on `port`, where Telegram is told to bring updates; 0 takes a free one."""
        port = port or free_port()
        words = ["-m", "uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "off"]
        self.environment["DATABASE_POOL_SIZE"] = "20"  # as `make up` has it
        process = self.start("web", *words)
        self.webhook = f"http://127.0.0.1:{port}/telegram/webhook"
        self.desk.telegram.emulator.webhook.set({"url": self.webhook, "secret_token": SECRET})
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait(PATIENCE_SECONDS)
