"""A node that writes too much: its lines are cut, and the log says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from executions.claims import Claimed
from executions.sentences import phrase
from executions.step_log import LINE_CHARACTERS, LOG_FULL, MAX_CHARACTERS, MAX_LINES, StepLog
from integrations import safe_json


def log() -> StepLog:
    step = uuid.uuid4()
    started = datetime(2026, 11, 22, tzinfo=UTC)
    return StepLog(Claimed(step, step, step, "a", [], "cpu", "w", 1, 1, 1, 0, 0, None, None, started))


def payloads(written: StepLog) -> list[Any]:
    return [safe_json.loads(line.payload) for line in written.lines]


def test_a_line_of_usual_length_stays_as_it_is() -> None:
    written = log()
    written.info("Прочитано %(count)s", count=3, names=["a" * 2000])
    assert payloads(written) == [
        {"message": "Прочитано %(count)s", "params": {"count": 3, "names": ["a" * 2000]}, "nodeId": "a"}
    ]


def test_a_line_of_many_megabytes_is_cut_and_tells_how_much_is_left_out() -> None:
    written = log()
    written.error("Ответ: %(body)s", body="я" * 5_000_000, rows=[{"n": number} for number in range(50_000)], page=7)
    (line,) = payloads(written)
    assert len(written.lines[0].payload) <= LINE_CHARACTERS
    assert line["params"]["body"].endswith("я… [+4999000]")
    assert line["params"]["rows"].startswith('[{"n":')
    assert line["params"]["page"] == 7
    assert phrase(line["message"], line["params"]).startswith("Ответ: яяя")


def test_a_message_that_is_itself_too_long_and_any_number_of_values_are_cut() -> None:
    written = log()
    written.info("x" * 50_000_000)
    written.info("%(v0)s, %(v999)s", **{f"v{number}": "y" * 100 for number in range(1000)})
    written.info("z" * 999 + "%(name)s" * 2000, name="n")
    assert all(len(line.payload) <= LINE_CHARACTERS for line in written.lines)
    first, second, third = payloads(written)
    assert first["message"].endswith("… [+49999000]")
    assert phrase(second["message"], second["params"]) == f"{'y' * 100}, —"
    assert phrase(third["message"], third["params"]).startswith("zzz")


def test_a_log_of_too_many_characters_ends_with_a_line_that_says_so() -> None:
    written = log()
    for _line in range(500):
        written.info("x" * 7000)
    assert sum(len(line.payload) for line in written.lines) <= MAX_CHARACTERS + LINE_CHARACTERS
    assert payloads(written)[-1]["message"] == LOG_FULL
    assert written.lines[-1].level == "warning"
    assert payloads(written)[-2]["message"] == "x" * 7000


def test_a_log_of_too_many_lines_ends_with_a_line_that_says_so() -> None:
    written = log()
    for number in range(MAX_LINES + 5):
        written.info("%(n)s", n=number)
    assert len(written.lines) == MAX_LINES
    told = payloads(written)
    assert told[-1]["message"] == LOG_FULL
    assert told[-2]["params"] == {"n": MAX_LINES - 2}
