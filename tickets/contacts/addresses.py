"""PURE: how e-mails, phones, tags and custom values are written, so that equal ones look alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tickets.errors import AddressInvalid, FieldInvalid, TagInvalid

MAX_EMAIL: Final = 254
MAX_TEXT: Final = 10_000
MAX_TAG: Final = 100
PHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
DECORATION: Final = re.compile(r"[\s().\-\u2010-\u2015]+")
NATIONAL_DIGITS: Final = 11
LARGEST_TELEGRAM_ID: Final = 2**52


def read_email(text: str | None) -> str | None:
    """The e-mail in lower case, None for an empty one. Raises `AddressInvalid`."""
    email = (text or "").strip().lower()
    if not email:
        return None
    try:
        validate_email(email)
    except ValidationError:
        raise AddressInvalid(field="email") from None
    if len(email) > MAX_EMAIL:
        raise AddressInvalid(field="email")
    return email


def read_phone(text: str | None) -> str | None:
    """The phone as `+79001234567`, None for an empty one. Raises `AddressInvalid`.

    `00` stands for the plus, and an eight before ten digits is the way in which Russia's numbers are dialled.
    """
    digits = DECORATION.sub("", text or "")
    if not digits:
        return None
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif len(digits) == NATIONAL_DIGITS and digits.startswith("8"):
        digits = f"+7{digits[1:]}"
    elif not digits.startswith("+") and len(digits) >= NATIONAL_DIGITS:
        digits = f"+{digits}"
    if not PHONE.fullmatch(digits) or not digits.isascii():
        raise AddressInvalid(field="phone")
    return digits


def read_telegram_id(number: Any) -> int | None:
    """The id, also where it is written as a text; None for an empty one. Raises `AddressInvalid`."""
    if number is None or number == "":
        return None
    try:
        found = int(str(number))
    except ValueError:
        raise AddressInvalid(field="telegramId") from None
    if not 0 < found <= LARGEST_TELEGRAM_ID:
        raise AddressInvalid(field="telegramId")
    return found


def read_tag(text: str) -> str:
    """The tag's name without spaces around it. Raises `TagInvalid`."""
    name = text.strip()
    if not 0 < len(name) <= MAX_TAG or not name.isprintable():
        raise TagInvalid(tag=name[:MAX_TAG])
    return name


def read_value(value: Any, *, key: str, kind: str) -> Any:
    """A custom field's value as it is kept, None for an empty one. Raises `FieldInvalid`."""
    if value is None or value == "":
        return None
    try:
        return READERS[kind](value)
    except (LookupError, ValueError, TypeError, InvalidOperation, OverflowError):
        raise FieldInvalid(field=key, kind=kind) from None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TypeError
    text = str(value)
    if len(text) > MAX_TEXT or "\x00" in text:
        raise ValueError
    return text


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TypeError
    number = Decimal(str(value).strip())
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise ValueError
    return int(number) if number == number.to_integral_value() else number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).lower()]


def _date(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _datetime(value: Any) -> str:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.isoformat()


READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
