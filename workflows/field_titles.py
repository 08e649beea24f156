"""What the field of a config is called on the form, found by its key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")

Model = type[BaseModel]


def title_of(config: Model, raw: Any, name: str) -> str:
    """The msgid of the title at a place such as `conditions[0].op` of a raw config; "" where none has a title.

    A place inside a map of the author's own keys is called as the map.
    """
    title, models, value = "", [config], raw
    for index, key in PART.findall(name):
        if index:
            value = _at(value, int(index))
            continue
        fields = [model.model_fields[found] for model in _fitting(models, value) for found in _named(model, key)]
        title = next((field.title for field in fields if field.title), title)
        models = [inner for field in fields for inner in _models(field.annotation)]
        value = _at(value, key)
    return title


def _at(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _named(model: Model, key: str) -> Iterator[str]:
    return (name for name, field in model.model_fields.items() if key in (name, field.alias))


def _fitting(models: list[Model], value: Any) -> list[Model]:
    """Of several shapes those that the value says it has, by its choices; all where none fits."""
    return [model for model in models if _is(model, value)] or models


def _is(model: Model, value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    said = ((value.get(field.alias or name), field.annotation) for name, field in model.model_fields.items())
    return all(text is None or get_origin(kind) is not Literal or text in get_args(kind) for text, kind in said)


def _models(annotation: Any) -> Iterator[Model]:
    """The models that values of this type may be or hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
