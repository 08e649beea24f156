"""Checking configs on save and rendering them in a run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import pytest
from django.utils.translation import gettext_noop
from hypothesis import given
from pydantic import BaseModel, Field, model_validator

from tests.unit.workflows.graphs import anything
from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port
from workflows.services import check_config, render_config


class Rule(BaseModel):
    share: float = Field(title="Доля")


class Sample(NodeType):
    type = "sample"
    title = "Sample"
    description = "For tests"
    group = "test"
    inputs = (Port("in", "In"),)
    outputs = (Port("out", "Out"),)

    class Config(node_type.Config):
        period: int = Field(ge=1, le=31)
        ids: int | list[int] = Field(default_factory=list)
        mode: Literal["fast", "slow"] = "fast"
        text: str = ""
        share: float = Field(default=1.0, ge=0.5, le=2.0)
        rows: tuple[dict[str, int], ...] = Field(default=(), alias="theRows")
        rules: tuple[Rule, ...] = Field(default=(), title="Правила")

        @model_validator(mode="after")
        def _texts_are_slow(self) -> Any:
            if self.text and self.mode == "fast":
                raise ValueError(gettext_noop("100% текста — только медленно"))
            return self

    def run(self, context: NodeContext) -> Done:
        return Done({"out": context.items})


SAMPLE = Sample()


def faults(raw: Any) -> dict[str, str]:
    return {fault.field: fault.message for fault in check_config(SAMPLE, raw)}


def scope(item: Any, index: int = 0) -> dict[str, Any]:
    return {"$json": item, "$itemIndex": index, "$execution": {"id": "e"}, "$workflow": {}, "$input": {}}


def test_a_good_config_has_no_faults() -> None:
    assert check_config(SAMPLE, {"period": 7, "theRows": [{"a": 1}]}) == []


@pytest.mark.parametrize(
    ("raw", "params"),
    [
        ({"period": 7, "mode": "warp"}, {"expected": "'fast', 'slow'"}),
        ({"period": 7, "share": 3}, {"le": "2"}),
        ({"period": 7, "share": 0}, {"ge": "0.5"}),
    ],
)
def test_limits_and_choices_are_told_in_no_language(raw: Any, params: dict[str, str]) -> None:
    (fault,) = check_config(SAMPLE, raw)
    assert fault.params == params


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "period"),
        ({"period": "abc"}, "period"),
        ({"period": 0}, "period"),
        ({"period": 99}, "period"),
        ({"period": Decimal("1.5")}, "period"),
        ({"period": [7]}, "period"),
        ({"period": 7, "mode": "warp"}, "mode"),
        ({"period": 7, "speed": 1}, "speed"),
        ({"period": 7, "ids": [1, "x"]}, "ids[1]"),
        ({"period": 7, "theRows": [{"a": "b"}]}, "theRows[0].a"),
        ({"period": 7, "text": "x"}, "config"),
        ("period", "config"),
        (None, "config"),
        ([7], "config"),
    ],
)
def test_a_fault_names_its_field(raw: Any, field: str) -> None:
    assert field in faults(raw)


def test_all_faults_are_found_at_once() -> None:
    assert set(faults({"period": "x", "mode": "y", "zzz": 1})) == {"period", "mode", "zzz"}


def test_a_template_is_checked_for_syntax_only() -> None:
    assert check_config(SAMPLE, {"period": "{{ $json.days }}", "ids": ["{{ $json.id }}"]}) == []
    assert set(faults({"period": "{{ $json.days + }}"})) == {"period"}
    assert set(faults({"period": "{{ $json.days"})) == {"period"}


def test_a_template_does_not_hide_other_faults() -> None:
    assert set(faults({"period": "{{ $json.days }}", "mode": "warp"})) == {"mode"}


def test_a_rule_over_a_template_waits_for_the_run() -> None:
    assert check_config(SAMPLE, {"period": 7, "text": "{{ $json.text }}"}) == []


def test_one_config_serves_all_items_when_nothing_varies() -> None:
    first, second = render_config(SAMPLE, {"period": 7, "text": "", "mode": "fast"}, [scope({}), scope({}, 1)])

    assert first is second


def test_templates_are_rendered_for_every_item() -> None:
    configs = render_config(
        SAMPLE,
        {"period": "{{ $json.days }}", "mode": "slow", "text": "{{ $itemIndex }}!"},
        [scope({"days": 3}), scope({"days": "5"}, 1)],
    )

    assert [(config.period, config.text) for config in configs] == [(3, "0!"), (5, "1!")]  # type: ignore[attr-defined]


def test_a_value_of_the_wrong_type_fails_the_step_for_good() -> None:
    with pytest.raises(Permanent) as failure:
        render_config(SAMPLE, {"period": "{{ $json.days }}"}, [scope({"days": 3}), scope({}, 1)])

    assert failure.value.code == "config_invalid"
    assert failure.value.details == {
        "field": "period",
        "item": 1,
        "words": {"message": "здесь нужно целое число", "params": {}},
    }
    assert "%(field)s" in str(failure.value.message)


def test_a_field_that_fails_a_step_is_called_as_on_the_form() -> None:
    with pytest.raises(Permanent) as failure:
        render_config(SAMPLE, {"period": 7, "rules": [{"share": "{{ $json.share }}"}]}, [scope({"share": "half"})])

    assert failure.value.details["field"] == "rules[0].share"
    assert failure.value.details["title"] == {"message": "Доля", "params": {}}
    assert "%(title)s (%(field)s)" in str(failure.value.message)


def test_a_field_whose_expression_fails_is_called_as_on_the_form() -> None:
    with pytest.raises(Permanent) as failure:
        render_config(SAMPLE, {"period": 7, "rules": [{"share": "{{ null.share }}"}]}, [scope({})])

    assert (failure.value.code, failure.value.details["field"]) == ("expression_failed", "rules[0].share")
    assert failure.value.details["title"] == {"message": "Доля", "params": {}}


def test_no_items_give_no_configs() -> None:
    assert render_config(SAMPLE, {"period": 7}, []) == []


@given(anything)
def test_any_config_is_checked_without_surprise(raw: Any) -> None:
    assert isinstance(check_config(SAMPLE, raw), list)


@given(anything, anything)
def test_any_value_renders_or_fails_in_a_typed_way(value: Any, item: Any) -> None:
    try:
        render_config(SAMPLE, {"period": value, "ids": "{{ $json.ids }}"}, [scope(item)])
    except Permanent as failure:
        assert failure.code == "config_invalid"  # noqa: PT017 - both ends are right here
