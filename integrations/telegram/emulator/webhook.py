"""Brings updates to the bot's own address: in order within a flow, flows side by side, again until it says 2xx."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Final

from integrations.telegram.emulator.refusals import bad
from integrations.telegram.emulator.updates import Updates, Waiting
from integrations.telegram.emulator.world import World

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
PATIENCE_SECONDS: Final = 60.0
FIRST_REST: Final = 0.0
LONGEST_REST: Final = 60.0
STRAIGHT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Execute = Callable[[str, dict[str, Any]], None]
"""Carries out the method that an answer of the bot named."""


class Webhook:
    """While an address is set, a thread looks for updates that are due and gives each to a thread of its own."""

    def __init__(self, *, world: World, updates: Updates) -> None:
        self._world = world
        self._updates = updates
        self._url = ""
        self._secret = ""
        self._most = 40
        self._last_error: tuple[int, str] | None = None
        self._thread: threading.Thread | None = None
        self.execute: Execute = lambda method, values: None

    def set(self, values: Any) -> None:
        """Deliver to `url` from now on. Raises `Refusal`."""
        url, secret = str(values.get("url") or ""), str(values.get("secret_token") or "")
        if not url:
            self.remove()
            return
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        with self._world.changed:
            self._url, self._secret = url, secret
            self._most = int(values.get("max_connections") or 40)
            kinds = values.get("allowed_updates")
            if kinds:
                self._updates.kinds = tuple(json.loads(kinds) if isinstance(kinds, str) else kinds)
            self._last_error = None
            self._updates.webhook_active = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_after, name="telegram-webhook", daemon=True)
                self._thread.start()
            self._world.touch()

    def remove(self) -> None:
        with self._world.changed:
            self._url = self._secret = ""
            self._updates.webhook_active = False
            self._world.touch()

    def info(self) -> dict[str, Any]:
        """`getWebhookInfo`."""
        with self._world.changed:
            info: dict[str, Any] = {
                "url": self._url,
                "has_custom_certificate": False,
                "pending_update_count": len(self._updates.waiting),
            }
            if self._url:
                info |= {"max_connections": self._most, "allowed_updates": list(self._updates.kinds)}
            if self._last_error:
                info["last_error_date"], info["last_error_message"] = self._last_error
            return info

    def _look_after(self) -> None:
        while True:
            with self._world.changed:
                if self._updates.closed:
                    self._thread = None
                    return
                update = self._next_due() if self._url else None
                if update is None:
                    self._world.changed.wait(self._rest())
                    continue
                update.under_way = True
                address, secret = self._url, self._secret
            threading.Thread(target=self._deliver, args=[update, address, secret], daemon=True).start()

    def _next_due(self) -> Waiting | None:
        """The first update whose time has come and that no other one of its flow goes before."""
        self._updates.expire()
        busy: set[str] = set()
        if sum(one.under_way for one in self._updates.waiting) >= self._most:
            return None
        for update in self._updates.waiting:
            if not update.under_way and update.flow not in busy and update.due <= self._world.clock():
                return update
            busy.add(update.flow)
        return None

    def _rest(self) -> float | None:
        dues = [one.due for one in self._updates.waiting if not one.under_way and one.due > self._world.clock()]
        return max(min(dues) - self._world.clock(), 0.01) if dues and self._url else None

    def _deliver(self, update: Waiting, address: str, secret: str) -> None:
        headers = {"Content-Type": "application/json"}
        if secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        body = json.dumps(update.content, ensure_ascii=False).encode()
        request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 - checked in `set`
        try:
            with STRAIGHT.open(request, timeout=PATIENCE_SECONDS) as response:
                reply = response.read()
        except urllib.error.HTTPError as error:
            rest = error.headers.get("Retry-After", "")
            error.close()
            told = float(rest) if rest.isdigit() else None
            self._failed(update, f"Wrong response from the webhook: {error.code} {error.reason}", told)
        except OSError as error:
            self._failed(update, f"Connection failed: {type(error).__name__}", None)
        else:
            self._delivered(update, reply)

    def _delivered(self, update: Waiting, reply: bytes) -> None:
        with self._world.changed:
            self._updates.waiting = [one for one in self._updates.waiting if one is not update]
            self._world.touch()
        try:
            answer = json.loads(reply)
        except ValueError:
            return
        if isinstance(answer, dict) and answer.get("method"):
            self.execute(str(answer.pop("method")), answer)

    def _failed(self, update: Waiting, reason: str, rest: float | None) -> None:
        """The first repeat comes at once, then after 2, 4, 8 … seconds, or when the bot wants it."""
        with self._world.changed:
            pause = FIRST_REST if update.tries == 0 else min(2.0**update.tries, LONGEST_REST)
            update.tries += 1
            update.due = self._world.clock() + (pause if rest is None else rest)
            update.under_way = False
            self._last_error = (int(self._world.clock()), reason)
            self._world.touch()
