"""PURE: fields of a config that are marked in its JSON schema: credentials, and texts that take no templates.

A field that holds a credential says so with `KINDS` in its schema. Values anywhere else are never taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

KINDS: Final = "credentialKinds"
"""Keyword of a field's schema: the kinds of credentials that it takes."""
LITERAL_FIELD: Final = "literal"
"""Keyword of a field's schema: whether it takes no templates."""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class CredentialUse:
    """A credential that a config names: where, which, and of which kinds it may be. `value` is as written."""

    path: Path
    value: Any
    kinds: tuple[str, ...]

    @property
    def id(self) -> UUID | None:
        """The credential's id; None when what stands there is no id."""
        try:
            return UUID(self.value)
        except (ValueError, TypeError, AttributeError):
            return None


def uses(schema: Mapping[str, Any], config: Any) -> list[CredentialUse]:
    """Every credential that the config names; an empty field names none."""
    marked = _marked(schema, schema.get("$defs", {}), KINDS, config, ())
    return [CredentialUse(path, value, tuple(kinds)) for path, value, kinds in marked if value not in (None, "")]


def credential_names(schema: Any) -> frozenset[str]:
    """The names of all fields, however deep, that hold a credential."""
    if isinstance(schema, list):
        return frozenset().union(*map(credential_names, schema))
    if not isinstance(schema, Mapping):
        return frozenset()
    properties = schema.get("properties", {})
    own = {name for name, field in properties.items() if isinstance(field, Mapping) and KINDS in field}
    return frozenset(own).union(*map(credential_names, schema.values()))


def literals(schema: Mapping[str, Any], config: Any) -> list[tuple[Path, Any]]:
    """Every value of the config that must stand there as it is, with the keys that lead to it."""
    marked = _marked(schema, schema.get("$defs", {}), LITERAL_FIELD, config, ())
    return [(path, value) for path, value, literal in marked if literal]


def has_marks(schema: Mapping[str, Any]) -> bool:
    """Whether a config of this schema has marked fields at all."""
    return any(True for _mark in _declared(schema))


def _declared(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from (schema[mark] for mark in (KINDS, LITERAL_FIELD) if mark in schema)
        for inner in schema.values():
            yield from _declared(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _declared(inner)


def _marked(
    schema: Mapping[str, Any], known: Mapping[str, Any], mark: str, value: Any, path: Path
) -> Iterator[tuple[Path, Any, Any]]:
    """Path, value and mark. The value decides how deep this goes, so a schema that contains itself ends."""
    if mark in schema:
        yield path, value, schema[mark]
        return
    if "$ref" in schema:
        yield from _marked(known.get(schema["$ref"].rpartition("/")[2], {}), known, mark, value, path)
    for union in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(union, ()):
            yield from _marked(choice, known, mark, value, path)
    if isinstance(value, Mapping):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            of_field = properties.get(name, others)
            if isinstance(of_field, Mapping):
                yield from _marked(of_field, known, mark, inner, (*path, name))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for index, item in enumerate(value):
            yield from _marked(schema.get("items") or {}, known, mark, item, (*path, index))
