"""A mailbox over IMAP, through the same rules of addresses as everything else: letters are read and marked."""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations import circuits
from integrations.dialling import CONNECT_SECONDS, Endpoint, endpoint
from integrations.errors import InvalidAnswer, Refused, TimedOut, TooLarge, Unreachable
from integrations.scope import CallScope, RunningCall

TLS_PORT: Final = 993
SECONDS: Final = 60.0
LONGEST_UID: Final = 10
"""Digits of a number of 32 bits."""
MAX_TEXT: Final = 100_000
MOST_AFTER_RENUMBERING: Final = 200
CAME: Final = re.compile(rb'INTERNALDATE "([^"]{20,40})"')
CAME_FORMAT: Final = "%d-%b-%Y %H:%M:%S %z"
UID_SAID: Final = re.compile(rb"UID (\d{1,10})")
MAX_BYTES: Final = 50_000_000
"""Of everything that a server says over one connection; servers take letters of half as much."""
ResultT = TypeVar("ResultT")

log = structlog.get_logger(__name__)


class MailboxLoginRefused(Refused):
    """The server does not take the login or the password."""

    code = "mailbox_login_refused"
    message = _("Почтовый сервер не принимает логин или пароль: проверьте учётные данные ящика")


class MailboxRefused(Refused):
    """The server says no: most often there is no such folder."""

    code = "mailbox_refused"
    message = _("Почтовый сервер отказал: проверьте название папки")


@dataclass(frozen=True)
class Wanted:
    """Which letters: of a folder, behind the number `after`, only unseen ones, at most `limit` and `max_bytes`."""

    folder: str
    after: int
    unseen: bool
    limit: int
    max_bytes: int
    attachments: bool


@dataclass(frozen=True)
class Mark:
    """How far a folder has been read: its UIDVALIDITY, the greatest number in it, and when that letter came ("" if
    there was none). Numbers mean something only as long as the UIDVALIDITY stays the same."""

    validity: int
    uid: int
    at: str

    def as_json(self) -> dict[str, Any]:
        return vars(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        return cls(int(said["validity"]), int(said["uid"]), str(said["at"]))


@dataclass(frozen=True)
class Post:
    """What has come, the oldest first, how far the folder has been read with it, and whether more lies behind."""

    mark: Mark
    letters: list[dict[str, Any]]
    more: bool = False


class Mailbox:
    """Every method is a connection of its own. Raises the errors of this module and those of `dialling`."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def read(self, credential: UUID, wanted: Wanted) -> list[dict[str, Any]]:
        """The oldest letters first, as items with their `uid`; none is marked. One comes, whatever its size."""

        def act(line: imaplib.IMAP4) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            left = wanted.max_bytes
            for uid in _search(line, wanted)[: wanted.limit]:
                raw = _fetch(line, uid)
                if raw is None:  # deleted by somebody meanwhile
                    continue
                if found and len(raw) > left:
                    break
                left -= len(raw)
                found.append(_item(uid, raw, attachments=wanted.attachments))
            return found

        return self._with_folder(credential, wanted.folder, True, act)

    def newer(self, credential: UUID, folder: str, mark: Mark | None, *, limit: int, max_bytes: int) -> Post:
        """At most `limit` letters behind the mark, none of which is marked; without a mark none, only where it ends.

        In a folder that was numbered anew they are found by when they came, since the old numbers mean nothing there;
        a letter of the very second of the mark may come again.
        """

        def act(line: imaplib.IMAP4) -> Post:
            validity = _said_number(line, "UIDVALIDITY")
            end = _end(line, validity)
            if mark is None:
                return Post(end, [])
            if mark.validity == validity:
                uids = [uid for uid in _search(line, Wanted(folder, mark.uid, False, 0, 0, True)) if uid > mark.uid]
                taken = _taken(line, uids[:limit], mark, max_bytes)
                return replace(taken, more=bool(uids) and taken.mark.uid < uids[-1])
            log.warning("mailbox_numbered_anew", folder=folder)
            came = _since(line, mark.at)
            return Post(end, _taken(line, came[:MOST_AFTER_RENUMBERING], end, MAX_BYTES).letters)

        return self._with_folder(credential, folder, True, act)

    def mark_seen(self, credential: UUID, folder: str, uids: Sequence[int]) -> None:
        """Mark letters as read; those that are gone are not missed."""
        named = ",".join(str(uid) for uid in uids)
        self._with_folder(credential, folder, False, lambda line: _ok(line.uid("STORE", named, "+FLAGS", r"(\Seen)")))

    def _with_folder(
        self, credential: UUID, folder: str, readonly: bool, act: Callable[[imaplib.IMAP4], ResultT]
    ) -> ResultT:
        secret = self._scope.secret(credential)
        place = endpoint(secret)
        server = circuits.calling(self._scope, place.host, place.port, credential=secret.id)
        with server, RunningCall(self._scope, SECONDS) as call, _line(place, call) as line:
            try:
                line.login(place.login, place.password)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, UnicodeError):  # the line takes nothing but ASCII
                raise MailboxLoginRefused(host=place.host) from None
            _ok(line.select(_quoted(folder), readonly=readonly), folder=folder)
            return act(line)


class _Line(imaplib.IMAP4):
    """Connects to the checked address; the name is only for TLS."""

    def __init__(self, place: Endpoint, call: RunningCall) -> None:
        self._place, self._call = place, call
        self._left = MAX_BYTES
        super().__init__(place.host, place.port, timeout=call.remaining())

    def read(self, size: int) -> bytes:
        """Raises `TooLarge` before memory is taken for what the server announces."""
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge(limit=MAX_BYTES)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self._place.address, self._place.port), CONNECT_SECONDS)
        line.settimeout(timeout)
        self._call.hold(line)
        if self._place.scheme == "ssl" or (not self._place.scheme and self._place.port == TLS_PORT):
            return _tls().wrap_socket(line, server_hostname=self._place.host)
        return line


@contextmanager
def _line(place: Endpoint, call: RunningCall) -> Iterator[imaplib.IMAP4]:
    line: imaplib.IMAP4 | None = None
    try:
        line = _Line(place, call)
        if place.scheme == "starttls":
            line.starttls(_tls())
        yield line
    except (imaplib.IMAP4.abort, OSError) as error:
        call.check()  # a line that was cut looks like one that broke
        raise (TimedOut if isinstance(error, TimeoutError) else Unreachable)(host=place.host) from None
    except imaplib.IMAP4.error:
        raise InvalidAnswer(host=place.host) from None
    finally:
        if line is not None:
            with suppress(imaplib.IMAP4.error, OSError, TooLarge):
                line.logout()
            with suppress(OSError):
                line.shutdown()  # a good-bye that fails leaves the line open


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.EMAIL_CA_FILE or None)


def _ok(answer: tuple[str, Any], **details: Any) -> Any:
    status, data = answer
    if status != "OK":
        words = data[0].decode("utf-8", "replace") if data and isinstance(data[0], bytes) else ""
        raise MailboxRefused(answer=words[:200], **details)
    return data


def _quoted(folder: str) -> str:
    """The folder's name in the modified UTF-7 of IMAP, in quotes."""
    coded = re.sub(
        r"[^\x20-\x7e]+",
        lambda part: "&" + base64.b64encode(part[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-",
        folder.replace("&", "&-"),
    )
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _search(line: imaplib.IMAP4, wanted: Wanted) -> list[int]:
    """Numbers in their order. `n:*` names the last letter also when its number is smaller."""
    criteria = [f"UID {wanted.after + 1}:*", *(["UNSEEN"] if wanted.unseen else [])]
    data = _ok(line.uid("SEARCH", *criteria))
    words = data[0].split() if isinstance(data[0], bytes) else []
    if not all(word.isdigit() and len(word) <= LONGEST_UID for word in words):
        raise InvalidAnswer(reason="no_numbers")
    return sorted(uid for uid in map(int, words) if uid > wanted.after)


def _fetch(line: imaplib.IMAP4, uid: int) -> bytes | None:
    return _fetch_dated(line, uid)[0]


def _fetch_dated(line: imaplib.IMAP4, uid: int) -> tuple[bytes | None, str]:
    """The letter and when it came, None where it is gone."""
    data = _ok(line.uid("FETCH", str(uid), "(UID INTERNALDATE BODY.PEEK[])"))
    raw = next((part[1] for part in data if isinstance(part, tuple)), None)
    return raw, _moment(data)


def _moment(data: Sequence[Any]) -> str:
    """When a letter came, as ISO 8601 in UTC, out of the answer to FETCH; "" where it does not say."""
    for part in data:
        words = part[0] if isinstance(part, tuple) else part
        found = CAME.search(words) if isinstance(words, bytes) else None
        if found is not None:
            with suppress(ValueError):
                return datetime.strptime(found[1].decode().strip(), CAME_FORMAT).astimezone(UTC).isoformat()
    return ""


def _said_number(line: imaplib.IMAP4, name: str) -> int:
    """What the server has said of the folder when it was opened; 0 where it says nothing."""
    data = line.response(name)[1]
    words = data[-1] if data else None
    return int(words) if isinstance(words, bytes) and words.isdigit() and len(words) <= LONGEST_UID else 0


def _end(line: imaplib.IMAP4, validity: int) -> Mark:
    """Where the folder ends now."""
    data = _ok(line.uid("FETCH", "*", "(UID INTERNALDATE)"))
    words = b" ".join(part for part in data if isinstance(part, bytes))
    found = UID_SAID.search(words)
    uid = int(found[1]) if found is not None else 0
    return Mark(validity, max(uid, _said_number(line, "UIDNEXT") - 1), _moment([words]))


def _since(line: imaplib.IMAP4, at: str) -> list[int]:
    """Letters that came at that moment or later. A search knows days only, and those of the server's own zone."""
    criteria = ["ALL"]
    if at:
        criteria = ["SINCE", (datetime.fromisoformat(at) - timedelta(days=1)).strftime("%d-%b-%Y")]
    data = _ok(line.uid("SEARCH", *criteria))
    words = data[0].split() if isinstance(data[0], bytes) else []
    if not all(word.isdigit() and len(word) <= LONGEST_UID for word in words):
        raise InvalidAnswer(reason="no_numbers")
    came = {uid: _moment(_ok(line.uid("FETCH", str(uid), "(UID INTERNALDATE)"))) for uid in sorted(map(int, words))}
    return [uid for uid, moment in came.items() if moment >= at]


def _taken(line: imaplib.IMAP4, uids: Sequence[int], mark: Mark, max_bytes: int) -> Post:
    """These letters, as many as `max_bytes` let through, but one at least; and the mark behind the last of them."""
    letters: list[dict[str, Any]] = []
    left = max_bytes
    for uid in uids:
        raw, moment = _fetch_dated(line, uid)
        if raw is not None:
            if letters and len(raw) > left:
                break
            left -= len(raw)
            letters.append(_item(uid, raw, attachments=True))
        mark = Mark(mark.validity, max(mark.uid, uid), max(mark.at, moment))
    return Post(mark, letters)


def _item(uid: int, raw: bytes, *, attachments: bool) -> dict[str, Any]:
    """The letter; one that cannot be taken apart comes as it is, or whoever has sent it would stop the whole box."""
    try:
        return {"uid": uid, **_parts(message_from_bytes(raw, policy=policy.default), attachments=attachments)}
    except Exception as error:  # the parser of Python trips over hostile headers in a dozen ways
        log.info("letter_unreadable", uid=uid, error=type(error).__name__)
        plain = EmailMessage()
        plain.set_content(raw[:MAX_TEXT].decode("utf-8", "replace"))
        return {"uid": uid, **_parts(plain, attachments=False)}


def _parts(letter: EmailMessage, *, attachments: bool) -> dict[str, Any]:
    return {
        "messageId": _header(letter, "Message-ID"),
        "subject": _header(letter, "Subject"),
        "from": next(iter(_addresses(letter, "From")), ""),
        "to": _addresses(letter, "To"),
        "cc": _addresses(letter, "Cc"),
        "date": _date(_header(letter, "Date")),
        "text": _body(letter, "plain"),
        "html": _body(letter, "html"),
        "attachments": [_file(part) for part in letter.iter_attachments()] if attachments else [],
    }


def _header(letter: EmailMessage, name: str) -> str:
    return str(letter.get(name, "")).replace("\x00", "")


def _addresses(letter: EmailMessage, name: str) -> list[str]:
    return [address for _name, address in getaddresses([_header(letter, name)]) if address]


def _date(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, OverflowError):
        return None


def _body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr]
    return text[:MAX_TEXT].replace("\x00", "\ufffd")


def _file(part: Any) -> dict[str, Any]:
    content = part.get_payload(decode=True) or b""
    return {
        "name": (part.get_filename() or "file").replace("\x00", ""),
        "mime": part.get_content_type(),
        "size": len(content),
        "data": base64.b64encode(content).decode(),
    }
