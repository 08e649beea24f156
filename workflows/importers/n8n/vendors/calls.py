"""PURE: what the converters of vendors' nodes share: a call of ours, and n8n's ways to name things and pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template


def call(node_type: str, operation: str, **values: Any) -> Converted:
    """A vendor's node; values that are not there are left out."""
    given = {name: value for name, value in values.items() if value is not None}
    return Converted(node_type, {"call": {"operation": operation, **given}})


def needed(parameters: Parameters, name: str) -> Any:
    """A template that has to be there. Raises `Unsupported`."""
    value = optional(parameters, name)
    if value is None:
        raise Unsupported(MISSING, parameter=name)
    return value


def optional(parameters: Parameters, name: str) -> Any:
    """A template, or None where nothing is written."""
    value = parameters.take(name)
    return None if value in ("", "=", {}, []) else template(value)


def resource(parameters: Parameters, name: str) -> tuple[str, Any]:
    """How a thing is named (`id`, `url`, `name`, `list`) and its name. Raises `Unsupported` when it is not."""
    value = parameters.take(name)
    mode = "id"
    if isinstance(value, Mapping):
        mode, value = str(value.get("mode", "id")), value.get("value")
    if value in (None, "", "="):
        raise Unsupported(MISSING, parameter=name)
    return mode, template(value)


def limit(parameters: Parameters, otherwise: int = 50, *, every: bool = False) -> int | None:
    """How many are wanted; None for all. `every` is what counts when nothing is said."""
    wanted = parameters.number("limit", otherwise)
    return None if parameters.take("returnAll", every) is True else int(wanted)


def joined(before: str, value: Any) -> Any:
    """A template with a text before it."""
    return before + str(template(value))


def as_object(parameters: Parameters, name: str) -> Any:
    """Fields and their values: an object, or an expression that gives one. Raises `Unsupported`."""
    value = parameters.take(name)
    if isinstance(value, str) and value and not value.startswith("="):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise Unsupported(PARAMETER, parameter=name) from None
    if value in (None, "", "=", {}):
        return None
    if not isinstance(value, Mapping | str):
        raise Unsupported(PARAMETER, parameter=name)
    return template(value)
