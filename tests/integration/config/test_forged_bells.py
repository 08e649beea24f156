"""Messages that nobody of ours has sent, read by a real worker's loop from the real broker."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from kombu.message import Message

from config.broken_bells import NoBell, as_bell
from tests.integration.config.small_worker import default_app, working

QUEUE = "forged-messages"
YEAR_SECONDS = 31_536_000


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.delete(QUEUE)
        yield server
        server.delete(QUEUE, f"_kombu.binding.{QUEUE}")


def forgeries(good: dict[str, Any]) -> Iterator[str | bytes]:
    """Values that are no envelope, envelopes that miss something, and contents that are no arguments."""
    yield from ("", "x", "[]", "{}", "null", "[" * 5000, b"\xff\xfe")
    for tag in (b"{}", b"[]", b"null"):
        yield json.dumps({**good, "properties": {**good["properties"], "delivery_tag": json.loads(tag)}})
    yield json.dumps({**good, "properties": {}})
    for body in ("%%%", None, 7, *(base64.b64encode(text).decode() for text in (b"[]", b"7", b"no json"))):
        yield json.dumps({**good, "body": body})
    kinds: tuple[Any, ...] = ("application/x-python-serialize", "application/x-yaml", "text/plain", "no/such", None, 7)
    for kind in (*kinds, [], {}):
        yield json.dumps({**good, "content-type": kind})
    encodings: tuple[Any, ...] = ("binary", "no-such", None, 7, [])
    for encoding in encodings:
        yield json.dumps({**good, "content-encoding": encoding})
    for headers in (None, "x", {}, {**good["headers"], "task": []}, {**good["headers"], "eta": "soon"}):
        yield json.dumps({**good, "headers": headers})
    for more in ({"chain": [good]}, {"callbacks": [good]}):
        yield json.dumps({**good, "body": base64.b64encode(json.dumps([[False], {}, more]).encode()).decode()})


def test_a_worker_goes_on_after_hundreds_of_forged_messages(broker: redis.Redis) -> None:
    """S27: each is put aside; none ends the worker, is taken again, or keeps one of its places.

    The last bell is told to ring in a hundred years; it rings now.
    """
    done = threading.Event()
    with default_app() as app:

        @app.task(name="work", shared=False)
        def work(last: bool) -> None:
            if last:
                done.set()

        work.apply_async(args=(False,), queue=QUEUE)
        sample = broker.lpop(QUEUE)
        assert isinstance(sample, bytes)
        forged = list(forgeries(json.loads(sample)))
        for value in (*forged, *[sample] * 300, *forged):
            broker.lpush(QUEUE, value)
        work.apply_async(args=(True,), queue=QUEUE, countdown=100 * YEAR_SECONDS)
        with working(app, QUEUE):
            assert done.wait(120), "the worker does not work any more"
            assert broker.llen(QUEUE) == 0


def test_a_bell_carries_what_bells_carry() -> None:
    """S27: a forged time limit would end whoever works just now, a chain would send what it likes."""
    said: Any = {"lang": "py", "task": "work", "id": "1", "timelimit": [0.01, 0.01], "eta": "2099-01-01", "retries": 7}
    body = json.dumps([[], {}, {"chain": None}])
    bell = Message(
        body, headers=said, content_type="application/json", content_encoding="utf-8", accept={"application/json"}
    )
    assert as_bell(bell).headers == {"lang": "py", "task": "work", "id": "1"}
    bell = Message(json.dumps([[], {}, {"chain": [1]}]), headers=said, content_type="application/json")
    with pytest.raises(NoBell):
        as_bell(bell)
