"""A Bot API server that nobody here wrote: `telegram-test-api`, installed once with npm into `var/`.

It knows fewer methods than Telegram and answers shorter. Where node or npm are missing, tests skip.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from devtools.installation import free_port
from tests.fakes.npm_package import Missing, install

VERSION = "4.2.1"
TOKEN = "666:nobody_here_wrote_it"
HOME = Path(settings.VAR_DIR) / "telegram-test-api" / VERSION
INSTALL_SECONDS = 120
SCRIPT = """
const TelegramServer = require("telegram-test-api");
new TelegramServer({ port: Number(process.argv[1]), host: "127.0.0.1" }).start().then(() => console.log("listening"));
"""


class TestApi:
    """`url` is the base of the API; the rest is what a person does and sees."""

    __test__ = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def write(self, person: int, text: str) -> None:
        self._act("sendMessage", **_common(person), text=text)

    def press(self, person: int, data: str, message: dict[str, Any]) -> None:
        self._act("sendCallback", **_common(person), data=data, message={**_common(person), **message})

    def seen_by(self, person: int) -> list[dict[str, Any]]:
        """What the bot has sent to this chat, as it looks now, the oldest first."""
        history = self._act("getUpdatesHistory", token=TOKEN)["result"]
        return [
            {**one["message"], "message_id": one["messageId"]}
            for one in history
            if str(one.get("message", {}).get("chat_id")) == str(person)
        ]

    def _act(self, name: str, **words: Any) -> Any:
        return self._session.post(f"{self.url}/{name}", json=words, timeout=10).json()


def _common(person: int) -> dict[str, Any]:
    sender = {"id": person, "first_name": "A", "is_bot": False, "language_code": "ru"}
    return {"botToken": TOKEN, "from": sender, "chat": {"id": person, "type": "private"}, "date": 1}


@contextmanager
def running() -> Iterator[TestApi]:
    """The server on a free port. Raises `Missing`."""
    install(f"telegram-test-api@{VERSION}", HOME, seconds=INSTALL_SECONDS)
    port = free_port()
    command = ["node", "-e", SCRIPT, str(port)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "listening":
                raise Missing("telegram-test-api does not start")
            yield TestApi(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
