"""The node type `trigger-schedule`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows import catalogue
from workflows.node_type import Done


def test_it_hands_on_what_the_run_was_started_with() -> None:
    started_with = {"inputData": {"a": 1}, "scheduledAt": "2026-03-01T09:00:00+03:00"}
    outcome = run("trigger-schedule", {"crontab": "0 9 * * *"}, inputs={"run": [started_with]})

    assert outcome == Done({"out": [started_with]})


@pytest.mark.parametrize(
    "config",
    [
        {"crontab": "0 9 * * mon-fri", "timeZone": "Europe/Moscow", "missed": "all", "overlap": "queue"},
        {"everySeconds": 1, "inputData": {"a": {"b": [1]}}},
        {"at": "2026-03-01T09:00:00+03:00"},
    ],
)
def test_there_are_three_kinds_of_schedules(config: dict[str, Any]) -> None:
    assert faults("trigger-schedule", config) == {}
    assert catalogue.facts("trigger-schedule").starts


@pytest.mark.parametrize(
    ("config", "field", "cure"),
    [
        ({}, "config", "crontab, everySeconds или at"),
        ({"crontab": "0 9 * * *", "everySeconds": 60}, "config", "crontab, everySeconds или at"),
        ({"crontab": "every day"}, "crontab", "пять полей"),
        ({"crontab": "0 25 * * *"}, "crontab", "от 0 до 23"),
        ({"crontab": "0 0 30 2 *"}, "crontab", "не бывает"),
        ({"everySeconds": 0}, "everySeconds", "не меньше"),
        ({"everySeconds": 0.5}, "everySeconds", "целое"),
        ({"at": "2026-03-01T09:00:00"}, "at", "часовой пояс"),
        ({"crontab": "0 9 * * *", "timeZone": "Moscow"}, "timeZone", "Europe/Moscow"),
        ({"crontab": "0 9 * * *", "timeZone": "../../etc/passwd"}, "timeZone", "Europe/Moscow"),
        ({"crontab": "0 9 * * *", "timeZone": "Europe"}, "timeZone", "Europe/Moscow"),
        ({"crontab": "0 9 * * *", "missed": "never"}, "missed", "возможные значения"),
        ({"crontab": "0 9 * * *", "overlap": "kill"}, "overlap", "возможные значения"),
        ({"crontab": "0 9 * * *", "inputData": []}, "inputData", "объект"),
        ({"crontab": "0 {{ $json.hour }} * * *"}, "crontab", "само значение"),
        ({"crontab": "0 9 * * *", "inputData": {"a": "{{ $json.a }}"}}, "inputData.a", "само значение"),
    ],
)
def test_faults_name_the_field_and_the_cure(config: dict[str, Any], field: str, cure: str) -> None:
    assert cure in faults("trigger-schedule", config)[field]
