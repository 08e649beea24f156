"""Isolated nodes under a real worker: what hangs is killed and what dies is noticed, and the worker goes on."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.acceptance.conftest import QUICK_RESCUE
from tests.acceptance.naryad import Api, Naryad, until
from tests.fakes.ledger import Ledger, running

pytestmark = pytest.mark.storm


def test_isolated_nodes_harm_neither_their_worker_nor_their_neighbours(start_naryad: Callable[..., Naryad]) -> None:
    """Part 3, row 21: a per-node timeout enforced outside of the node."""
    with running() as ledger:
        naryad = start_naryad(**QUICK_RESCUE, OUTBOUND_ALLOW=ledger.endpoint)
        api = naryad.api()
        children = _children(naryad)
        late = _start(api, ledger, "/hang", timeoutSeconds=15)  # time enough to make the call, which is waited for
        neighbour = _start(api, ledger, "/json")
        assert _ended(api, late)["error"]["code"] == "timed_out"
        assert _ended(api, neighbour)["status"] == "succeeded"
        assert [step["attempt"] for step in _steps(api, late)] == [1]

        killed = _start(api, ledger, "/hang", timeoutSeconds=600)
        _isolated(naryad).send_signal(signal.SIGKILL)
        died = _ended(api, killed)["error"]
        assert (died["code"], died["details"]["signal"]) == ("process_died", "SIGKILL")
        assert _children(naryad) == children

        rescued = _start(api, ledger, "/hang", timeoutSeconds=600)
        apart = _isolated(naryad)
        worker = psutil.Process(apart.ppid())
        worker.kill()
        until(lambda: not apart.is_running(), seconds=60, what="the step's process ends with its worker")
        other = until(lambda: _isolated(naryad), seconds=180, what="another worker has the step")
        assert other.ppid() != worker.pid
        api.post(f"/executions/{rescued}/stop")
        until(lambda: not other.is_running(), seconds=60, what="the step's process ends when the run is stopped")
        assert len(_children(naryad)) == len(children)


def _start(api: Api, ledger: Ledger, path: str, **settings: Any) -> str:
    """A run of one isolated call that is tried once."""
    node = {
        "id": "call",
        "type": "http-request",
        "position": {"x": 0, "y": 0},
        "data": {
            "label": "call",
            "config": {"url": ledger.url(path), "retries": 0},
            "settings": {"isolate": True, "retry": {"attempts": 1}, **settings},
        },
    }
    workflow = api.post("/workflows", {"name": "Isolated", "definition": {"nodes": [node], "edges": []}})
    calls = len(ledger.calls)
    run = str(api.post(f"/workflows/{workflow['id']}/execute", {})["id"])
    ledger.wait_for_call(calls + 1)
    return run


def _ended(api: Api, run: str) -> dict[str, Any]:
    def finished() -> dict[str, Any] | None:
        told: dict[str, Any] = api.get(f"/executions/{run}")
        return told if told["status"] in ("succeeded", "failed") else None

    ended = until(finished, seconds=120, what="the run ends")
    assert ended is not None
    return ended


def _steps(api: Api, run: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = api.get(f"/executions/{run}/steps")["results"]
    return steps


def _children(naryad: Naryad) -> set[psutil.Process]:
    """The processes that take steps of the queue `cpu`."""
    return set(psutil.Process(int(naryad.status()["worker-cpu"]["pid"])).children())


def _isolated(naryad: Naryad) -> psutil.Process:
    """The one process of a step that there is."""
    return until(
        lambda: next((apart for child in _children(naryad) for apart in child.children()), None),
        seconds=120,
        what="a step runs in a process of its own",
    )
