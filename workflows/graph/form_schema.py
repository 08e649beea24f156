"""PURE: the JSON schemas that people fill in as forms: an object of simple fields, and what was filled in checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from workflows.items.wording import gettext_noop

MAX_FIELDS: Final = 50
MAX_TEXT: Final = 20_000
TYPES: Final = ("string", "number", "integer", "boolean")
FORMATS: Final = ("", "email", "date", "date-time", "textarea", "phone")
FILE: Final = "file"
"""The format of a field that takes a file, or several where it is `many`: only pages have such fields."""
MAX_FILES: Final = 10
"""Of a field that takes several."""
BOUNDS: Final = ("minimum", "maximum", "minLength", "maxLength")
MAX_EMAIL: Final = 254
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE: Final = re.compile(r"\+?[0-9 ()-]{5,25}")

NO_SCHEMA: Final = gettext_noop(
    "нужна JSON-схема объекта с полями видов string, number, integer или boolean, не больше 50"
)
MISSING: Final = gettext_noop("Заполните это поле")
WRONG: Final = gettext_noop("Значение не подходит")
NO_NUMBER: Final = gettext_noop("Нужно число")
NO_EMAIL: Final = gettext_noop("Нужен адрес почты")
NO_DATE: Final = gettext_noop("Нужна дата")
TOO_LONG: Final = gettext_noop("Слишком длинно")
TOO_MANY: Final = gettext_noop("Слишком много файлов")


def check_schema(schema: Mapping[str, Any], *, files: bool = False) -> None:
    """Raise ValueError with a msgid unless the schema is empty or one that a form can be made of."""
    if not schema:
        return
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict) or not 0 < len(properties) <= MAX_FIELDS:
        raise ValueError(NO_SCHEMA)
    required = schema.get("required", [])
    if not isinstance(required, list | tuple) or not set(map(str, required)) <= set(properties):
        raise ValueError(NO_SCHEMA)
    formats = (*FORMATS, FILE) if files else FORMATS
    for field in properties.values():
        known = isinstance(field, dict) and field.get("type", "string") in TYPES
        if not known or field.get("format", "") not in formats or not isinstance(field.get("enum", []), list | tuple):
            raise ValueError(NO_SCHEMA)
        if not all(_is_number(field[bound]) for bound in BOUNDS if bound in field):
            raise ValueError(NO_SCHEMA)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def read(schema: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was filled in, typed, and the faults by field as msgids. Fields that the schema does not know are left out.

    Values may be texts, as forms send them, or of their own type already. Files are no values: of what is given for
    their field, a list, only the number counts.
    """
    if not schema:
        return dict(given), {}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        raw = given.get(name)
        if isinstance(raw, str):
            raw = raw.strip()
        if raw is None or raw == "":
            _leave_empty(name, field, values, faults, needed=name in required)
            continue
        if field.get("format") == FILE:
            if isinstance(raw, list) and len(raw) > (MAX_FILES if field.get("many") else 1):
                faults[name] = TOO_MANY
            continue
        try:
            values[name] = _read(field, raw)
        except ValueError as fault:
            faults[name] = str(fault)
    return values, faults


def _leave_empty(
    name: str, field: Mapping[str, Any], values: dict[str, Any], faults: dict[str, str], *, needed: bool
) -> None:
    if "default" in field:
        values[name] = field["default"]
    elif field.get("type") == "boolean":
        values[name] = False
    elif needed:
        faults[name] = MISSING


def _read(field: Mapping[str, Any], raw: Any) -> Any:
    kind = field.get("type", "string")
    if kind == "boolean":
        value: Any = raw if isinstance(raw, bool) else str(raw).lower() in ("on", "true", "1", "yes")
    elif kind in ("number", "integer"):
        value = _number(raw, whole=kind == "integer")
        if value < field.get("minimum", value) or value > field.get("maximum", value):
            raise ValueError(WRONG)
    else:
        value = _text(field, raw)
    if field.get("enum") and value not in field["enum"]:
        raise ValueError(WRONG)
    return value


def _number(raw: Any, *, whole: bool) -> int | float:
    try:
        value: int | float = int(str(raw)) if whole else float(str(raw).replace(",", "."))
    except ValueError:
        raise ValueError(NO_NUMBER) from None
    if isinstance(raw, bool) or not -(2**63) < value < 2**63:
        raise ValueError(NO_NUMBER)
    return value


def _text(field: Mapping[str, Any], raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(WRONG)  # noqa: TRY004 - the reader of a form learns it, not a programmer
    if len(raw) > min(field.get("maxLength", MAX_TEXT), MAX_TEXT) or "\0" in raw:
        raise ValueError(TOO_LONG)
    if len(raw) < field.get("minLength", 0):
        raise ValueError(WRONG)
    shape = field.get("format", "")
    if shape == "email" and (len(raw) > MAX_EMAIL or not EMAIL.fullmatch(raw)):
        raise ValueError(NO_EMAIL)
    if shape == "phone" and not PHONE.fullmatch(raw):
        raise ValueError(WRONG)
    if shape in ("date", "date-time"):
        _moment(shape, raw)
    return raw


def _moment(shape: str, raw: str) -> None:
    try:
        if shape == "date":
            date.fromisoformat(raw)
        else:
            datetime.fromisoformat(raw)
    except ValueError:
        raise ValueError(NO_DATE) from None
