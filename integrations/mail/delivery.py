"""Letters go out through the outbox, so that none is lost; a server that is away costs a letter no try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import structlog

from integrations import circuits, events, outbox
from integrations.errors import CircuitOpen
from integrations.files import FileStore
from integrations.mail import line
from integrations.mail.errors import MailNotReady, MailRejected, MailServerAway
from integrations.mail.letters import Letter, message_id
from integrations.mail.servers import server_of
from integrations.scope import CallScope

TOPIC: Final = "mail.send"
"""`{"letter", "key", "projectId", "executionId", "depth", "credentialId"}`: which run has written it, None for none,
and which server takes it, None for the installation's."""
REST_SECONDS: Final = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Stamp:
    """Whose letter it is. The same `key` is one letter; `execution_id` is of the run that writes it, if one does.

    With the `depth` of that run, what the server takes is told as `email.sent`. A `credential` names the server, else
    it is the installation's.
    """

    key: str
    project_id: int
    execution_id: str | None = None
    depth: int | None = None
    credential: UUID | None = None


def post(letter: Letter, stamp: Stamp) -> str:
    """Put a letter into the outbox in the caller's transaction; gives its Message-ID."""
    outbox.add(
        topic=TOPIC,
        payload={
            "letter": letter.as_json(),
            "key": stamp.key,
            "projectId": stamp.project_id,
            "executionId": stamp.execution_id,
            "depth": stamp.depth,
            "credentialId": None if stamp.credential is None else str(stamp.credential),
        },
        dedupe_key=f"{TOPIC}:{message_id(stamp.key)}",
        queue="notifications",
    )
    return message_id(stamp.key)


def send(payload: Mapping[str, Any]) -> None:
    """The outbox's handler. Raises `CircuitOpen` to wait, `MailDeferred` to be tried again, `MailRejected`."""
    stamp = Stamp(
        key=payload["key"],
        project_id=payload["projectId"],
        execution_id=payload.get("executionId"),
        depth=payload.get("depth"),
        credential=UUID(payload["credentialId"]) if payload.get("credentialId") else None,
    )
    try:
        send_now(Letter(**payload["letter"]), stamp)
    except (MailNotReady, MailServerAway) as error:
        log.warning("mail_rests", cause=error.code, rest_seconds=REST_SECONDS)
        raise CircuitOpen(retry_after=REST_SECONDS, cause=error.code) from error


def send_now(letter: Letter, stamp: Stamp) -> str:
    """Hand a letter to the server; gives its Message-ID. A refusal for good is also told as `delivery.failed`, and
    with a depth all else as `email.sent`, for each address.

    Raises as `line.send`, `servers.server_of` and `circuits.calling`, and `FileGone`.
    """
    name, project_id = message_id(stamp.key), stamp.project_id
    store = FileStore(project_id)
    contents = [store.read(file) for file in letter.files]
    server = server_of(stamp.credential, project_id)
    letter = replace(letter, sender=letter.sender or server.sender)
    scope = CallScope(project=lambda: project_id, run_depth=lambda: stamp.depth or 0)
    mine = None if stamp.credential is None else str(stamp.credential)
    try:
        with circuits.calling(scope, server.host, server.port, credential=mine):
            refused = line.send(letter, message_id=name, contents=contents, server=server)
    except MailRejected as error:
        for address in letter.recipients():
            _tell_failed(stamp, address, str(error.details.get("detail", "")))
        raise
    for address, words in refused.items():
        _tell_failed(stamp, address, words)
    if stamp.depth is not None:
        for address in set(letter.recipients()) - refused.keys():
            _tell_sent(stamp, address, letter, stamp.depth)
    return name


def _tell_sent(stamp: Stamp, address: str, letter: Letter, depth: int) -> None:
    name = message_id(stamp.key)
    events.emit(
        project_id=stamp.project_id,
        name="email.sent",
        subject=address.lower()[:200],
        payload={"messageId": name, "to": address, "subject": letter.subject, "text": letter.text},
        dedupe_key=f"{name}:{address}"[:255],
        source="mail",
        depth=depth,
    )


def _tell_failed(stamp: Stamp, address: str, reason: str) -> None:
    """The event names the run, so that a failing reaction to a failure is known as one."""
    name = message_id(stamp.key)
    said = {"channel": "email", "messageId": name, "to": address, "address": address, "reason": reason}
    events.emit(
        project_id=stamp.project_id,
        name="delivery.failed",
        subject=address[:200],
        payload=said | ({"executionId": stamp.execution_id} if stamp.execution_id else {}),
        dedupe_key=f"{name}:{address}"[:255],
        source="mail",
    )
