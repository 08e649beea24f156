"""Headers of HTTP in a node's config."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext_noop

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def refuse_headers(headers: Mapping[str, str], *, ours: Collection[str], why: str) -> None:
    """Raises `ValueError` for what is no header, and with the msgid `why` for one of `ours` (in lower case)."""
    for name, value in headers.items():
        if not NAME.fullmatch(name):
            raise ValueError(gettext_noop("имя заголовка состоит из латинских букв, цифр и дефиса"))
        if name.lower() in ours:
            raise ValueError(why)
        if not value.isprintable():
            raise ValueError(gettext_noop("значение заголовка не может содержать переводы строк"))
