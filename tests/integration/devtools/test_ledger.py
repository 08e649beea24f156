"""The ledger writes down what it is asked before it answers."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools.chaos.ledger import Ledger
from devtools.chaos.witnesses import read_ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "ledger.ndjson"


@pytest.fixture
def url(file: Path) -> Iterator[str]:
    with Ledger(0, file) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _call(url: str, **headers: str) -> int:
    request = urllib.request.Request(url, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_call_is_written_down_with_the_headers_that_tell_whose_it_is(url: str, file: Path) -> None:
    headers = {"Idempotency-Key": "run:node:0:1", "X-Execution-Id": "run", "X-Step-Attempt": "2"}
    assert _call(f"{url}/", **headers) == 200
    (line,) = _lines(file)
    assert (line["key"], line["execution"], line["attempt"]) == ("run:node:0:1", "run", "2")
    assert (line["method"], line["path"], line["call"]) == ("GET", "/", 1)


def test_the_ledger_answers_with_the_status_that_the_address_names(url: str) -> None:
    assert [_call(f"{url}/status/{code}") for code in (204, 404, 503)] == [204, 404, 503]
    assert _call(f"{url}/slow?seconds=0") == 200
    assert _call(f"{url}/unknown") == 404


def test_calls_are_counted_by_their_key_and_a_line_cut_short_is_passed_over(url: str, file: Path) -> None:
    for key in ("a", "b", "a"):
        _call(f"{url}/", **{"Idempotency-Key": key})
    with file.open("a") as lines:
        lines.write('{"call": 4, "key": "a')
    assert read_ledger(file) == {"a": 2, "b": 1}
