"""E-mail addresses in a node's config."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated, Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop
from pydantic import AfterValidator, BeforeValidator

BETWEEN: Final = re.compile(r"[,;]\s*(?=[^,;]*@)")


def _as_list(value: Any) -> Any:
    """Addresses may be written in one text, with commas in between."""
    return [part.strip() for part in BETWEEN.split(value) if part.strip()] if isinstance(value, str) else value


def _reachable(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        try:
            validate_email(parseaddr(address)[1])
        except ValidationError:
            raise ValueError(gettext_noop("адрес почты пишется как name@example.org")) from None
        if not address.isprintable():
            raise ValueError(gettext_noop("адрес почты пишется как name@example.org"))
    return addresses


Addresses = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""Written as `name@example.org` or `Name <name@example.org>`; whoever makes the letter checks them."""
CheckedAddresses = Annotated[tuple[str, ...], BeforeValidator(_as_list), AfterValidator(_reachable)]
"""The same, for letters that are made when nobody can be told any more that an address is wrong."""
