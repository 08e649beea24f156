"""What people read in the place of the choices of a config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows import catalogue
from workflows.choice_titles import titles_of

NAMES = {
    *("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
    *("openai", "gemini", "anthropic", "slack", "discord", "mattermost"),
    *("STRING", "INT64", "NUMERIC", "FLOAT64", "BOOL", "DATE", "TIMESTAMP"),
    *("utf-8", "cp1251", "sha256", "sha512", "sha1", "md5", "hex", "base64"),
    *("ctr", "cpc", "cpm", "cr", "cartRate", "cpo", "cartCost", "acos", "drr", "roas", "aov"),
}
"""What is called so everywhere, or explained by the field's description, as are commands of others."""
COMMANDS = {("redis-command", "command"), ("telegram-call", "method")}


def choices(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every set of choices inside a schema, with the name of the field."""
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield next(part for part in reversed(path) if part not in ("anyOf", "items")), schema
        for key, value in schema.items():
            yield from choices(value, (*path, key))
    elif isinstance(schema, list):
        for value in schema:
            yield from choices(value, path)


def test_every_choice_of_our_own_node_types_has_a_title_or_is_a_name() -> None:
    untitled = {
        (node_type.type, name, tuple(schema["enum"]))
        for node_type in catalogue.all_types()
        if not catalogue.describe(node_type)["package"]
        for name, schema in choices(catalogue.describe(node_type)["configSchema"])
        if schema.keys().isdisjoint({"choiceTitles"}) and not NAMES.issuperset(schema["enum"])
    }
    assert {one for one in untitled if one[:2] not in COMMANDS} == set()


def test_titles_stand_beside_the_choices_that_they_name() -> None:
    schema = catalogue.describe(catalogue.get("if"))["configSchema"]
    assert schema["properties"]["combine"]["choiceTitles"] == {"all": "Все условия", "any": "Хотя бы одно условие"}
    for _name, one in choices(schema):
        assert list(one["choiceTitles"]) == one["enum"]


def test_choices_that_nobody_has_named_have_no_titles() -> None:
    assert titles_of(["eq", "something"]) == {}
    assert titles_of([]) == {}
