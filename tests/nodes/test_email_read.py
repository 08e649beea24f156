"""The node type `email-read`, against an IMAP server on loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from integrations.errors import ForbiddenTarget
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.imap import PASSWORD, Box, running
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done, Later, Outcome, Permanent, Transient

ID = "0199f7a0-0000-7000-8000-0000000000dd"


def letter(subject: str, **parts: Any) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Анна <anna@example.org>", "b@x.org, C <c@x.org>"
    message["Message-ID"], message["Date"] = "<1@x.org>", "Tue, 03 Mar 2026 12:00:00 +0300"
    message.set_content(parts.get("text", "Привет"))
    if "file" in parts:
        message.add_alternative("<b>Привет</b>", subtype="html")
        message.add_attachment(parts["file"], maintype="text", subtype="csv", filename="отчёт.csv")
    return message.as_bytes()


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.port}"]
        server.letters["INBOX"] = {3: letter("Первое"), 5: letter("Второе", file=b"a;b")}
        yield server


def step(box: Box, config: dict[str, Any] | None = None, progress: Any = None, password: str = PASSWORD) -> Outcome:
    place = {"host": "127.0.0.1", "port": str(box.port), "security": "none"}
    secret = Secret(id=ID, kind="imap", value=password, login="b", settings=place)
    scope = CallScope(secrets=Vault([secret]))
    node_type = catalogue.get("email-read")
    return node_type.run(
        StandaloneContext(node_type, {"credential": ID, **(config or {})}, scope=scope, progress=progress)
    )


def read(box: Box, config: dict[str, Any] | None = None) -> list[Any]:
    outcome = step(box, config)
    while isinstance(outcome, Later):
        outcome = step(box, config, outcome.progress)
    assert isinstance(outcome, Done)
    return list(outcome.ports["out"])


def test_new_letters_come_once_and_the_oldest_first(box: Box) -> None:
    first, second = read(box)
    assert (first["uid"], first["subject"], first["text"].strip()) == (3, "Первое", "Привет")
    assert (first["from"], first["to"]) == ("anna@example.org", ["b@x.org", "c@x.org"])
    assert (first["date"], first["messageId"]) == ("2026-03-03T12:00:00+03:00", "<1@x.org>")
    (file,) = second["attachments"]
    assert (file["name"], base64.b64decode(file["data"]), second["html"].strip()) == (
        "отчёт.csv",
        b"a;b",
        "<b>Привет</b>",
    )
    assert read(box) == []


def test_a_text_in_a_charset_that_nobody_knows_is_read_as_utf8(box: Box) -> None:
    odd = letter("Чужое").replace(b'charset="utf-8"', b'charset="klingon"')
    assert b"klingon" in odd
    box.letters["INBOX"] = {3: odd}
    assert [one["text"].strip() for one in read(box)] == ["Привет"]


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?=\r\nTo: =?utf-8?q?)\r\nMIME-Version: >filename*0*=utf-16''%41",
        b"Content-Type: ;filename*0*=utf-16''%41text/plain",
        b"To: =?utf-8?b?4?=\r\nCc: :='':;x:",
    ],
)
def test_a_letter_that_cannot_be_taken_apart_stops_no_other(box: Box, head: bytes) -> None:
    """S28: a stranger's headers are no reason to fail: what the letter says comes as text."""
    box.letters["INBOX"] = {3: head + b"\r\n\r\nhostile", 5: letter("Второе")}
    first, second = read(box)
    assert ("hostile" in first["text"], second["subject"]) == (True, "Второе")


@pytest.mark.parametrize("numbers", ["3 many", "3 " + "9" * 5000])
def test_numbers_that_are_none_are_an_invalid_answer(box: Box, numbers: str) -> None:
    """S28: what a server says is not believed."""
    box.numbers = numbers
    with pytest.raises(Transient) as refused:
        step(box)
    assert refused.value.code == "invalid_answer"


def test_a_letter_that_is_announced_too_large_is_not_waited_for(box: Box) -> None:
    """S28: a server names the size of what it will say; no memory is taken for it."""
    box.announces = 10**10
    with pytest.raises(Permanent) as refused:
        step(box)
    assert refused.value.code == "too_large"


def test_a_password_that_the_line_cannot_take_is_refused(box: Box) -> None:
    with pytest.raises(Permanent) as refused:
        step(box, password="пароль")
    assert refused.value.code == "mailbox_login_refused"


def test_letters_are_kept_before_they_are_marked(box: Box) -> None:
    """A worker that is lost in between leaves a step that knows its letters, and marks them."""
    later = step(box)
    assert isinstance(later, Later)
    assert (box.seen, [one["uid"] for one in later.progress["letters"]]) == (set(), [3, 5])
    step(box, None, later.progress)
    assert box.seen == {3, 5}


def test_a_number_can_be_the_cursor_instead(box: Box) -> None:
    config = {"unseen": False, "markSeen": False, "afterUid": 3, "attachments": False}
    for _run in range(2):
        assert [(one["uid"], one["attachments"]) for one in read(box, config)] == [(5, [])]
    assert read(box, {**config, "afterUid": 5}) == []
    assert box.seen == set()


def test_no_more_than_asked_for_come_at_once(box: Box) -> None:
    assert [one["uid"] for one in read(box, {"limit": 1})] == [3]
    assert [one["uid"] for one in read(box, {"limit": 1})] == [5]


def test_failures_are_told_apart(box: Box) -> None:
    with pytest.raises(Permanent) as login:
        step(box, password="wrong")
    with pytest.raises(Permanent) as folder:
        step(box, {"folder": "Архив"})
    box.drops = 1
    with pytest.raises(Transient) as dropped:
        step(box)
    codes = [caught.value.code for caught in (login, folder, dropped)]
    assert codes == ["mailbox_login_refused", "mailbox_refused", "unreachable"]
    assert PASSWORD not in str([caught.value.details for caught in (login, folder, dropped)])
    assert 'EXAMINE "&BBAEQARFBDgEMg-"' in box.commands


def test_an_internal_address_is_refused(box: Box, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = []
    with pytest.raises((ForbiddenTarget, Permanent)):
        step(box)


def test_faults_are_named() -> None:
    assert set(faults("email-read", {"folder": "", "limit": 0})) == {"folder", "limit", "credential"}
