"""A site that stops, becomes slow, and comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from devtools.installation import free_port
from tests.integration.reacting.causes.looking import look
from tests.integration.reacting.scenes import done, listening, runs_of

SLOW_SECONDS = 1.5
"""Far more than an answer at once takes, also when the machine is busy with other things."""


class Site:
    """Answers at once, or after so many seconds; stopped, it does not answer at all."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.port = free_port()
        self.start()
        self.url = f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(site.seconds)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site(anna: Any, settings: Any) -> Iterator[Site]:
    running = Site()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{running.port}"]
    yield running
    running.stop()


def test_a_site_that_is_stopped_is_down_until_it_answers_again(anna: Any, site: Site) -> None:
    """S2-7, seed 6.1: «Сайт перестал работать (например, вернул ошибку…)»: two bad looks, one event; and one back."""
    flow = listening(anna, "trigger-site", url=site.url, failures=2)
    back = listening(anna, event="site.recovered")
    look(2)
    site.stop()
    look()
    assert runs_of(flow) == []
    look(3)
    (run,) = runs_of(flow)
    assert (done(run)["event"], done(run)["payload"]["reason"]) == ("site.down", "unreachable")
    site.start()
    look()
    assert runs_of(back) == []
    look(3)
    assert (len(runs_of(flow)), len(runs_of(back))) == (1, 1)


def test_a_site_that_answers_slowly_is_down_too(anna: Any, site: Site) -> None:
    """S2-7, seed 6.1: «…или долго не отвечает»: slower than it may be is as bad as an error; one slow answer is not."""
    flow = listening(anna, "trigger-site", url=site.url, failures=2, slowSeconds=SLOW_SECONDS)
    site.seconds = SLOW_SECONDS + 0.05
    look()
    site.seconds = 0.0
    look()
    site.seconds = SLOW_SECONDS + 0.05
    look()
    assert runs_of(flow) == []
    look()
    (run,) = runs_of(flow)
    assert (run.input_data["payload"]["reason"], run.input_data["payload"]["status"]) == ("slow", 200)
