from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.bigquery import columns
from integrations.bigquery.columns import Misfit, Spoiled
from integrations.bigquery_names import column_name, table_name


@pytest.mark.parametrize(
    ("key", "taken", "name"),
    [
        ("campaignId", (), "campaignId"),
        ("Расход, ₽", (), "Raskhod"),
        ("Щука ём", (), "Shchuka_em"),
        ("1st", (), "c_1st"),
        ("₽", (), "column"),
        ("_PARTITIONTIME", (), "c__PARTITIONTIME"),
        ("Name", ("name",), "Name_2"),
        ("Name", ("name", "NAME_2"), "Name_3"),
        ("x" * 400, (), "x" * 300),
        ("a` b", (), "a_b"),
    ],
)
def test_every_key_has_a_name_that_bigquery_takes(key: str, taken: tuple[str, ...], name: str):
    assert column_name(key, taken) == name


def test_a_table_is_named_after_its_dataset():
    assert table_name("WF-01.node-1", prefix="raw_") == "raw_WF_01_node_1"
    assert table_name("продажи.узел") == "prodazhi_uzel"


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("spend", 10, "NUMERIC"),
        ("spend", Decimal("1.5"), "NUMERIC"),
        ("campaignId", 5, "INT64"),
        ("id", 5, "INT64"),
        ("paid", 5, "NUMERIC"),
        ("seen", True, "BOOL"),
        ("day", "2026-11-20", "DATE"),
        ("day", "2026-02-30", "STRING"),
        ("at", "2026-11-20T10:00:00+03:00", "TIMESTAMP"),
        ("tags", ["a"], "JSON"),
    ],
)
def test_the_first_value_gives_the_type(key: str, value: Any, kind: str):
    assert columns.extended({}, [{key: None}, {key: value}, {key: "later"}]) == {key: (key, kind)}


def test_names_of_our_own_columns_are_taken():
    assert columns.extended({}, [{"row_key": 1, "RAW": 2}])["RAW"] == ("RAW_2", "NUMERIC")


@pytest.mark.parametrize(
    ("value", "kind", "cast"),
    [
        (Decimal("10.10"), "NUMERIC", "10.1"),
        (Decimal("0.12345678951"), "NUMERIC", "0.12345679"),
        (Decimal("1e20"), "NUMERIC", "1" + "0" * 20),
        ("12.5", "NUMERIC", "12.5"),
        (0, "NUMERIC", "0"),
        ("7", "INT64", 7),
        (5, "STRING", "5"),
        ("2026-11-20 10:00", "TIMESTAMP", "2026-11-20T10:00:00+00:00"),
        ({"a": Decimal("12345678901234567890.1")}, "JSON", {"a": "12345678901234567890.1"}),
    ],
)
def test_a_value_becomes_one_of_its_column(value: Any, kind: str, cast: Any):
    assert columns.cast(value, kind) == cast


@pytest.mark.parametrize(
    ("value", "kind"),
    [("n/a", "NUMERIC"), (True, "NUMERIC"), ("NaN", "NUMERIC"), (1.5, "INT64"), (1, "BOOL"), ("soon", "DATE")],
)
def test_a_value_of_another_kind_does_not_fit(value: Any, kind: str):
    with pytest.raises(Misfit):
        columns.cast(value, kind)


def test_what_does_not_fit_stands_beside_and_what_no_column_holds_spoils_the_row():
    schema = {"n": ("n", "NUMERIC")}
    assert columns.typed({"n": "n/a", "new": 1}, schema) == {"raw": {"n": "n/a", "new": 1}}
    with pytest.raises(Spoiled) as spoiled:
        columns.typed({"n": Decimal("1e30")}, schema)
    assert (spoiled.value.field, spoiled.value.reason) == ("n", "out_of_range")
