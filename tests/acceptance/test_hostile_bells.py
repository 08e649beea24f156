"""Somebody who may write to Valkey, against workers that are really running."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from devtools.installation import Installation
from tests.acceptance.naryad import Naryad, until

pytestmark = pytest.mark.long

QUEUES = ("io", "cpu", "notifications", "system")
ROUNDS = 25
DEFINITION = {
    "nodes": [{"id": "a", "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": "A", "config": {}}}],
    "edges": [],
}
NO_ENVELOPES = (
    b"\xff\x00",
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b"[" * 100_000,
    b'{"properties": 1}',
    b'{"properties": {}}',
)


class Trap:
    """Becomes a command when it is read by pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit(99)",))


def envelope(
    body: bytes, *, task: Any = "executions.drain", kind: str = "application/json", queue: str = "io", **headers: Any
) -> dict[str, Any]:
    """A message as Celery lays it into a list of Valkey."""
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": kind,
        "headers": {"lang": "py", "task": task, "id": "00000000-0000-4000-8000-000000000000", **headers},
        "properties": {
            "correlation_id": "00000000-0000-4000-8000-000000000000",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": "00000000-0000-4000-8000-000000000001",
        },
    }


def call(*arguments: Any, **words: Any) -> bytes:
    return json.dumps([arguments, words, {}]).encode()


def hostile(queue: str) -> Iterator[dict[str, Any]]:
    """One of each kind."""
    yield envelope(pickle.dumps(([Trap()], {}, {})), kind="application/x-python-serialize", queue=queue)
    yield envelope(b"!!python/object/apply:os.abort []", kind="application/x-yaml", queue=queue)
    yield envelope(call("rm -rf /"), task="os.system", queue=queue)
    yield envelope(call(), task="celery.backend_cleanup", queue=queue)
    yield envelope(call(), task={"a": 1}, queue=queue)
    yield envelope(call(), queue=queue)
    yield envelope(call(1, 2, 3, x=4), queue=queue)
    yield envelope(call("io'; DROP TABLE executions_execution; --"), queue=queue)
    yield envelope(call(None), task="executions.start_workflow", queue=queue, periodic_task_name="'; --")
    yield envelope(b"\xff\x00{", queue=queue)


def test_a_thousand_hostile_messages_have_no_effect_and_kill_no_worker(naryad: Naryad) -> None:
    """S27: foreign formats, unknown tasks, wrong arguments, megabytes; then an ordinary run goes through."""
    before = naryad.status()
    editor = naryad.api("editor")
    known = {run["id"] for run in editor.get("/executions")["results"]}
    broker = redis.Redis(unix_socket_path=str(Installation(naryad.var).valkey_socket))
    for queue in QUEUES:
        messages = [json.dumps(one) for one in hostile(queue)] * ROUNDS
        broker.lpush(queue, *messages, *NO_ENVELOPES, json.dumps(envelope(call("x" * 5_000_000), queue=queue)))

    flow = editor.post("/workflows", {"name": "After the flood", "definition": DEFINITION})
    run = editor.post(f"/workflows/{flow['id']}/execute")

    until(lambda: editor.get(f"/executions/{run['id']}")["status"] == "succeeded", seconds=240, what="the run ends")
    until(lambda: not any(broker.llen(queue) for queue in QUEUES), seconds=240, what="every message is read")
    assert {one["id"] for one in editor.get("/executions")["results"]} - known == {run["id"]}
    after = naryad.status()
    assert {name: row["pid"] for name, row in after.items()} == {name: row["pid"] for name, row in before.items()}
