"""Naryad as its clients meet it: every run is started, and its end awaited, by one request to the REST API."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bench.contender import RUN_SECONDS, Failed, Late
from bench.stage import Stage
from bench.wire import Wire

CLIENTS = 20
"""How many ask at once where many runs are wanted."""
WAIT_SECONDS = 60


class OverHttp:
    """A contender. Connections are kept open, as clients of an API do; `ids` are the runs since it was emptied."""

    name = "naryad"

    def __init__(self, stage: Stage, url: str) -> None:
        self._stage = stage
        self._address = urlsplit(url).netloc
        self._own = threading.local()
        self._token = ""
        self._token_until = 0.0
        self.ids: list[UUID] = []

    def chain(self, steps: int) -> float:
        return self._timed(self._run, self._stage.chain(steps))

    def fan(self, width: int) -> float:
        return self._timed(self._run, self._stage.fan(width))

    def many(self, runs: int, steps: int) -> float:
        flow = self._stage.chain(steps)
        with ThreadPoolExecutor(CLIENTS) as clients:
            return self._timed(lambda flow: list(clients.map(self._run, [flow] * runs)), flow)

    def _timed(self, work: Callable[[UUID], Any], flow: UUID) -> float:
        self._renew_token()
        began = time.perf_counter()
        work(flow)
        return time.perf_counter() - began

    def _run(self, flow: UUID) -> None:
        """Start a run and return when it has succeeded. Raises Failed and Late."""
        status, run = self._ask("POST", f"/workflows/{flow}/execute?wait={WAIT_SECONDS}")
        if status not in (200, 202):
            raise Failed(f"POST execute: {status} {run}")
        self.ids.append(UUID(run["id"]))
        deadline = time.monotonic() + RUN_SECONDS
        while status == 202 and run["finishedAt"] is None:
            if time.monotonic() > deadline:
                raise Late(f"run {run['id']} is {run['status']}")
            run = self._ask("GET", f"/executions/{run['id']}")[1]
        if run["status"] != "succeeded":
            raise Failed(f"run {run['id']} ended {run['status']}")

    def _ask(self, method: str, path: str) -> tuple[int, Any]:
        send = partial(self._send, method, f"/api/v1{path}")
        try:
            return send()
        except ConnectionError:  # the server closes what was idle for long
            self._own.wire = None
            return send()

    def _send(self, method: str, path: str) -> tuple[int, Any]:
        wire = getattr(self._own, "wire", None)
        if wire is None or self._own.token != self._token:
            wire = self._own.wire = Wire(self._address, token=self._token, seconds=RUN_SECONDS)
            self._own.token = self._token
        status, answer = wire.ask(method, path, b"{}" if method == "POST" else b"")
        return status, json.loads(answer or b"null")

    def _renew_token(self) -> None:
        if time.monotonic() > self._token_until:
            self._token = self._stage.token()
            self._token_until = time.monotonic() + RUN_SECONDS
