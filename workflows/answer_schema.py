"""A JSON schema that an author gives for the answer of a language model, and what an answer lacks of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import AfterValidator

from integrations import safe_json
from integrations.safe_json import UnsafeJSON
from workflows.node_type import Permanent

ORDER: Final = "Give your final answer as one JSON value that fits this JSON schema, and nothing else:\n"
REPAIR: Final = "Your answer does not fit the schema. Answer again with the corrected JSON only.\n"
FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
MAX_FAULTS: Final = 5
FORBIDDEN: Final = ("pattern", "patternProperties", "$dynamicRef", "$recursiveRef")
"""A pattern may take for ever on an answer that nobody has foreseen; references lead out of the schema."""


def fault_of(schema: Mapping[str, Any]) -> str:
    """Why it cannot be used, in a word: a keyword that is not taken, or `schema`; "" for a good one."""
    from jsonschema import Draft202012Validator, SchemaError

    named = _forbidden(schema)
    if named:
        return named
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return "schema"
    return ""


def _usable(schema: dict[str, Any]) -> dict[str, Any]:
    if schema and fault_of(schema):
        raise ValueError(gettext_noop("это не JSON Schema, или в ней есть pattern либо ссылка на другой документ"))
    return schema


AnswerSchema = Annotated[dict[str, Any], AfterValidator(_usable)]
"""What a node's config takes for a schema; an empty one asks for nothing."""


def order(schema: Mapping[str, Any]) -> str:
    """What a model is told, so that its answer fits the schema."""
    return ORDER + safe_json.dumps(schema)


def repair(faults: Sequence[str]) -> str:
    """What a model is told whose answer does not fit."""
    return REPAIR + "\n".join(faults)


def refusal(text: str, faults: Sequence[str], *, item: int) -> Permanent:
    """The step's failure, when an answer does not fit for the second time."""
    message = _("Ответ модели не подходит под схему и после исправления")
    return Permanent("llm_answer_invalid", message, item=item, faults=list(faults), answer=text[:500])


def read(text: str, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The answer's value, and what is wrong with it in English, as the model is told; no fault means it fits."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    fenced = FENCE.match(text)
    try:
        value = safe_json.loads((fenced[1] if fenced else text).encode())
    except UnsafeJSON:
        return None, ["The answer is not valid JSON."]
    validator = Draft202012Validator(schema, registry=Registry())
    faults = sorted(validator.iter_errors(_plain(value)), key=lambda fault: list(map(str, fault.absolute_path)))
    return value, [f"{fault.json_path}: {fault.message[:300]}" for fault in faults[:MAX_FAULTS]]


def _forbidden(schema: Any) -> str:
    if isinstance(schema, Mapping):
        for name, inner in schema.items():
            if name in FORBIDDEN or (name == "$ref" and not str(inner).startswith("#")):
                return str(name)
            found = _forbidden(inner)
            if found:
                return found
    if isinstance(schema, list):
        return next((found for found in map(_forbidden, schema) if found), "")
    return ""


def _plain(value: Any) -> Any:
    """The value with numbers as the validator knows them."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | str | int):
        return value
    return float(value)
