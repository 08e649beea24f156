from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.bigquery.errors import NotConfigured
from integrations.bigquery.tables import UnfitParameter, parameter
from integrations.scope import CallScope
from tests.nodes.context import faults, run
from workflows.node_type import Permanent

TYPE = "bigquery-query"


@pytest.mark.parametrize(
    ("value", "kind", "fitted"),
    [
        ("x'; DROP TABLE t; --", None, ("STRING", "x'; DROP TABLE t; --")),
        (7, None, ("INT64", 7)),
        (True, None, ("BOOL", True)),
        (Decimal("10.10"), None, ("NUMERIC", "10.10")),
        ("10.10", "NUMERIC", ("NUMERIC", "10.10")),
        ("2026-11-20", "DATE", ("DATE", "2026-11-20")),
        (None, None, ("STRING", None)),
        (None, "INT64", ("INT64", None)),
        ([1, 2], None, ("INT64", [1, 2])),
        ([], "DATE", ("DATE", [])),
    ],
)
def test_a_value_travels_apart_from_the_text_with_its_type(value: Any, kind: str | None, fitted: tuple[str, Any]):
    """S3-17: values reach BigQuery as typed, named parameters and never as text of the query."""
    assert parameter("p", value, kind) == ("p", *fitted)


@pytest.mark.parametrize(
    ("value", "kind"), [({"a": 1}, None), ("ten", "NUMERIC"), (1.5, "INT64"), ("yes", "BOOL"), ([1, "a"], None)]
)
def test_a_value_of_another_type_is_refused(value: Any, kind: str | None):
    with pytest.raises(UnfitParameter):
        parameter("p", value, kind)


def test_a_value_that_does_not_fit_is_named(settings):
    settings.GCP_PROJECT_ID = "demo"
    config = {"sql": "SELECT @n", "parameters": {"n": "{{ $json.n }}"}, "types": {"n": "INT64"}}
    with pytest.raises(Permanent) as refused:
        run(TYPE, config, [{"n": "1 OR 1=1"}], scope=CallScope())
    assert (refused.value.code, refused.value.details) == ("bigquery_parameter", {"parameter": "n", "item": 0})


def test_without_a_project_the_step_says_what_is_missing(settings):
    settings.GCP_PROJECT_ID = ""
    with pytest.raises(NotConfigured):
        run(TYPE, {"sql": "SELECT 1"}, scope=CallScope())


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "sql"),
        ({"sql": "SELECT 1", "parameters": {"a b": 1}}, "parameters"),
        ({"sql": "SELECT 1", "types": {"a": "GEOGRAPHY"}}, "types.a"),
        ({"sql": "SELECT 1", "maxRows": 0}, "maxRows"),
        ({"sql": "SELECT 1", "maxGigabytes": 0}, "maxGigabytes"),
    ],
)
def test_a_config_that_cannot_work_is_refused_on_save(config: dict[str, Any], field: str):
    assert field in faults(TYPE, config)
