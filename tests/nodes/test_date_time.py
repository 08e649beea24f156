"""The node type `date-time`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Permanent

FIELD = {"field": "t", "as": "r"}


def result(config: dict[str, Any], item: dict[str, Any]) -> Any:
    outcome = run("date-time", {**FIELD, **config}, [item])
    assert isinstance(outcome, Done)
    assert outcome.ports["out"][0]["t"] == item["t"], "the field itself is kept"
    return outcome.ports["out"][0]["r"]


def test_a_date_is_written_in_another_form() -> None:
    config = {"inputFormat": "dd.MM.yyyy", "outputFormat": "yyyy-MM-dd"}

    assert result(config, {"t": "01.03.2026"}) == "2026-03-01"


def test_a_moment_is_told_in_another_zone() -> None:
    assert result({"timeZone": "Europe/Moscow"}, {"t": "2026-03-01T22:00:00Z"}) == "2026-03-02T01:00:00+03:00"


def test_time_is_added() -> None:
    config = {"operation": "add", "amount": -7, "outputFormat": "yyyy-MM-dd"}

    assert result(config, {"t": "2026-03-05"}) == "2026-02-26"


def test_the_amount_may_come_from_the_item() -> None:
    config = {"operation": "add", "amount": "{{ $json.days }}", "outputFormat": "yyyy-MM-dd"}

    assert result(config, {"t": "2026-03-05", "days": 2}) == "2026-03-07"


def test_a_beginning_is_found() -> None:
    config = {"operation": "startOf", "unit": "month", "timeZone": "Europe/Moscow"}

    assert result(config, {"t": "2026-02-28T21:00:00Z"}) == "2026-03-01T00:00:00+03:00"


def test_a_difference_is_an_exact_number() -> None:
    config = {"operation": "difference", "since": "s", "unit": "hour"}

    assert result(config, {"t": "2026-03-01T01:30", "s": "2026-03-01"}) == Decimal("1.5")
    assert result(config, {"t": "2026-03-01", "s": None}) is None


def test_what_cannot_be_read_is_null_and_counted() -> None:
    node_type = catalogue.get("date-time")
    context = StandaloneContext(node_type, FIELD, [{"t": "soon"}, {}, {"t": "2026-03-01"}])

    assert node_type.run(context) == Done(
        {"out": [{"t": "soon", "r": None}, {"r": None}, {"t": "2026-03-01", "r": "2026-03-01T00:00:00+00:00"}]}
    )
    assert context.log.texts("warning") == ["Элементов, из которых не получить время: 2"]


def test_what_cannot_be_read_can_fail_the_step() -> None:
    with pytest.raises(Permanent) as failure:
        run("date-time", {**FIELD, "onFault": "fail"}, [{"t": "2026-03-01"}, {"t": "soon"}])

    assert failure.value.code == "date_unreadable"
    assert failure.value.details == {"field": "t", "item": 1}


def test_a_field_inside_a_text_is_refused_by_name() -> None:
    with pytest.raises(Permanent) as failure:
        run("date-time", {"field": "t", "as": "t.r"}, [{"t": "2026-03-01"}])

    assert failure.value.details == {"field": "t.r", "item": 0}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"as": "r"}, "field"),
        ({"field": "t"}, "as"),
        ({**FIELD, "operation": "now"}, "operation"),
        ({**FIELD, "operation": "difference"}, "config"),
        ({**FIELD, "since": "s"}, "config"),
        ({**FIELD, "operation": "difference", "since": "s", "unit": "month"}, "config"),
        ({**FIELD, "unit": "fortnight"}, "unit"),
        ({**FIELD, "timeZone": "Europe/Nowhere"}, "timeZone"),
        ({**FIELD, "outputFormat": "DD.MM"}, "outputFormat"),
        ({**FIELD, "amount": 1.5}, "amount"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    assert field in faults("date-time", config)
