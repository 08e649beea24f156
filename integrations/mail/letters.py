"""A letter: who gets it, what it says, and the bytes that go out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from email.utils import formataddr, formatdate, parseaddr
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.encoding import punycode

from integrations.mail.errors import LetterInvalid

MAX_RECIPIENTS: Final = 100
MAX_SUBJECT: Final = 500
MAX_TEXT: Final = 1_000_000
LINE_END: Final = re.compile(rb"\r?\n")


@dataclass(frozen=True)
class Letter:
    """What a sender says. Addresses are `name@example.org` or `Name <name@example.org>`; made by `Letter.checked`."""

    to: Sequence[str]
    subject: str
    text: str = ""
    html: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    reply_to: Sequence[str] = ()
    sender: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Mapping[str, Any]] = ()
    """As items carry them (`integrations.files`): what is in them is read when the letter goes out."""

    @classmethod
    def checked(cls, **parts: Any) -> Letter:
        """The letter, if it can be sent: nothing in it may begin a header of its own. Raises `LetterInvalid`."""
        letter = cls(**parts)
        if not 0 < len(letter.recipients()) <= MAX_RECIPIENTS:
            raise LetterInvalid(field="to", limit=MAX_RECIPIENTS)
        for name in ("to", "cc", "bcc", "reply_to"):
            for address in getattr(letter, name):
                _check_address(address, name)
        if letter.sender:
            _check_address(letter.sender, "sender")
        if len(letter.subject) > MAX_SUBJECT or _breaks_a_line(letter.subject):
            raise LetterInvalid(field="subject")
        for name in ("text", "html"):
            if len(getattr(letter, name)) > MAX_TEXT or "\x00" in getattr(letter, name):
                raise LetterInvalid(field=name)
        if not letter.text and not letter.html:
            raise LetterInvalid(field="text")
        return letter

    def recipients(self) -> list[str]:
        """The bare addresses to which it goes, each once."""
        return list(dict.fromkeys(parseaddr(one)[1] for one in (*self.to, *self.cc, *self.bcc)))

    def as_json(self) -> dict[str, Any]:
        """The letter as a JSON object that `Letter(**…)` takes."""
        return asdict(self)

    def from_address(self) -> str:
        """The bare address of the sender, also for the envelope."""
        return parseaddr(self.sender or settings.DEFAULT_FROM_EMAIL)[1]

    def as_bytes(self, message_id: str, contents: Sequence[bytes] = ()) -> bytes:
        """The message as it goes over the line, with the `contents` of its files. `Bcc` is in the envelope only."""
        message = EmailMultiAlternatives(
            subject=self.subject,
            body=self.text or self.html,
            from_email=_encodable(self.sender or settings.DEFAULT_FROM_EMAIL),
            to=[_encodable(one) for one in self.to],
            cc=[_encodable(one) for one in self.cc],
            reply_to=[_encodable(one) for one in self.reply_to] or None,
            headers={**self.headers, "Message-ID": message_id, "Date": formatdate(localtime=False)},
        )
        if self.html and self.text:
            message.attach_alternative(self.html, "text/html")
        elif self.html:
            message.content_subtype = "html"
        for file, content in zip(self.files, contents, strict=True):
            message.attach(str(file["fileName"]), content, str(file["mimeType"]))
        return LINE_END.sub(b"\r\n", message.message().as_bytes())


def message_id(key: str) -> str:
    """The `Message-ID` of whatever is sent under `key`: the same however often, so that a repeat is recognised."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def coded(address: str) -> str:
    """A bare address as every mail server takes it: a domain of other than Latin letters in its coded form."""
    name, _at, domain = address.rpartition("@")
    return f"{name}@{punycode(domain)}"


def _encodable(address: str) -> str:
    name, bare = parseaddr(address)
    return formataddr((name, coded(bare))) if name else coded(bare)


def _check_address(address: str, where: str) -> None:
    bare = parseaddr(address)[1]
    try:
        validate_email(bare)
    except ValidationError:
        raise LetterInvalid(field=where) from None
    if _breaks_a_line(address):
        raise LetterInvalid(field=where)


def _breaks_a_line(text: str) -> bool:
    return _any_of(text, "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


def _any_of(text: str, marks: Iterable[str]) -> bool:
    return any(mark in text for mark in marks)
