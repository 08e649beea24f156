"""Redaction by value: a secret that is known is taken out of a text or a JSON value in whatever form it stands there.

Looking is cheap and comes first; only what holds a secret is taken apart.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlsplit

from integrations.credential_kinds import WEBHOOK
from integrations.secret import MASK, Secret

SHORTEST: Final = 4
"""A shorter secret would mask half of every text."""
SHORTEST_IN_BASE64: Final = 8
"""In the middle of somebody's base64 a short piece is found by chance."""
LINE: Final = 20
"""Lines of a key, and parts of a secret address, that are this long are secrets of their own."""


class Redactor:
    """Knows the secrets of one piece of work. Empty, it costs nothing."""

    def __init__(self, known: Iterable[Secret | str] = ()) -> None:
        values = {value for secret in known for value in _values(secret)}
        forms = {form for value in values for form in _forms(value)}
        self._values = frozenset(value for value in values if len(value) >= SHORTEST)
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def finds(self, text: str) -> bool:
        """Whether a secret stands in the text."""
        return any(form in text for form in self._forms)

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value with every secret masked, also in names, and where it stands as a number."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and str(value) in self._values:
            return MASK
        return value


_known: ContextVar[Redactor | None] = ContextVar("known_secrets", default=None)


@contextmanager
def keeping_quiet(redactor: Redactor) -> Iterator[None]:
    """Within the block nothing that this thread logs may hold one of the secrets."""
    token = _known.set(redactor if redactor else None)
    try:
        yield
    finally:
        _known.reset(token)


def current() -> Redactor | None:
    """The secrets that this thread works with, for the log; None where there are none."""
    return _known.get()


def redact(text: str, known: Iterable[Secret | str]) -> str:
    """`text` with every known secret masked."""
    return Redactor(known).text(text)


def _values(secret: Secret | str) -> Iterator[str]:
    """Everything about a secret that nobody may read."""
    if isinstance(secret, str):
        yield secret
        return
    yield secret.value
    for carried in secret.headers().values():
        yield carried
        yield carried.rpartition(" ")[2]
    yield from _parts(secret.value)
    if secret.kind == WEBHOOK:
        yield from _path(secret.value)


def _parts(value: str) -> Iterator[str]:
    """What is secret inside a secret: the password of a DSN, the fields and lines of a key."""
    if "://" in value:
        try:
            password = urlsplit(value).password
        except ValueError:
            password = None
        if password:
            yield password
    if value.startswith("{"):
        try:
            fields = json.loads(value)
        except ValueError:
            fields = {}
        key = str(fields.get("private_key", ""))
        yield key
        yield from (str(fields[name]) for name in ("client_secret", "refresh_token") if fields.get(name))
        yield from (line for line in key.splitlines() if len(line) >= LINE and not line.startswith("-----"))


def _path(address: str) -> Iterator[str]:
    """What of a secret address says it still when the host is named apart, as in a ledger or an error page."""
    try:
        path = urlsplit(address.strip()).path
    except ValueError:
        return
    yield path
    yield from (segment for segment in path.split("/") if len(segment) >= LINE)


def _forms(value: str) -> Iterator[str]:
    """The ways in which a secret may turn up in a text."""
    if len(value) < SHORTEST:
        return
    raw = value.encode()
    escaped = quote(value, safe="")
    yield value
    yield escaped
    yield escaped.lower() if escaped != value else escaped
    yield quote(value, safe="/")
    yield quote_plus(value)
    yield html.escape(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(json.dumps(value))[3:-3]
    yield raw.hex()
    yield raw.hex().upper()
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(raw) >= SHORTEST_IN_BASE64:
        yield from _inside_base64(raw)


def _inside_base64(raw: bytes) -> Iterator[str]:
    """What the base64 of any text with the secret in it must hold, by where in a group of three the secret begins."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw).decode()
        begin = (0, 2, 3)[before]
        end = len(whole) - (0, 3, 2)[(before + len(raw)) % 3]
        yield whole[begin:end]
        yield whole[begin:end].replace("+", "-").replace("/", "_")
