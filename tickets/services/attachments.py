"""Files of tickets: kept where no web server looks, under random names, given out only by us.

What a file is, its first bytes say; the name that it came with is only shown. Whatever it is, a browser is told to
save it and not to open it, so nothing in it can act as a page of ours.
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.errors import AttachmentNotFound, FileRefused, NoRights
from tickets.lifecycle import Happening
from tickets.models import Ticket, TicketAttachment, TicketComment
from tickets.services import history

MAX_BYTES: Final = 20_000_000
MAX_FILES: Final = 10
"""How many files one message brings at most."""
CHUNK: Final = 1 << 20
FOLDERS: Final = 256
SWEEP_AFTER_SECONDS: Final = 24 * 3600.0
UNKNOWN: Final = "application/octet-stream"
SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)


@dataclass(frozen=True)
class NewFile:
    """A file on its way in. `size` is what the sender says; what is read counts."""

    name: str
    content: IO[bytes]
    size: int


def attach(
    *, actor: User, ticket_id: int, files: Sequence[NewFile], source: str = Ticket.Source.API
) -> list[TicketAttachment]:
    """Add files to a ticket that the person sees. Raises `NoRights`, `FileRefused`."""
    with transaction.atomic():
        ticket = Ticket.objects.visible_to(actor).filter(pk=ticket_id).first()
        if ticket is None:
            raise NoRights
        kept = keep(ticket=ticket, files=files, uploaded_by=actor)
        names = [attachment.name for attachment in kept]
        history.note(ticket, Happening.ATTACH, actor=actor, source=source, files=names)
    return kept


def keep(
    *, ticket: Ticket, files: Sequence[NewFile], uploaded_by: User, comment: TicketComment | None = None
) -> list[TicketAttachment]:
    """Store the files and write their rows, in the caller's transaction. Raises `FileRefused`."""
    if not files:
        return []
    if len(files) > MAX_FILES:
        raise FileRefused(_("Не больше %(limit)s файлов за раз") % {"limit": MAX_FILES}, reason="too_many")
    _lock_quota(uploaded_by)
    used = TicketAttachment.objects.filter(uploaded_by=uploaded_by).aggregate(sum=Sum("size"))["sum"] or 0
    if used + sum(file.size for file in files) > settings.ATTACHMENT_QUOTA_BYTES:
        raise FileRefused(_("Место для ваших файлов закончилось"), reason="quota")
    return [_keep_one(ticket, file, uploaded_by, comment) for file in files]


def open_file(*, actor: User, attachment_id: str) -> tuple[TicketAttachment, IO[bytes]]:
    """A file of a ticket that the person sees, open for reading. Raises `AttachmentNotFound` for every other."""
    seen = Ticket.objects.visible_to(actor).values("pk")
    found = TicketAttachment.objects.filter(pk=attachment_id, ticket__in=seen).first()
    if found is None:
        raise AttachmentNotFound
    try:
        return found, open(_place(found.stored_as), "rb")  # closed by whoever reads it
    except FileNotFoundError as error:
        raise AttachmentNotFound from error


def sniff(start: bytes) -> str:
    """The type of a file by its first bytes; what nobody knows is just bytes."""
    for signature, media_type in SIGNATURES:
        if start.startswith(signature):
            return media_type
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp":
        return "video/mp4"
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        text = "" if error.start < len(start) - 3 else start[: error.start].decode()
    looks_like_markup = text.lstrip("\ufeff \t\r\n").startswith("<")
    return "text/plain" if text and "\x00" not in text and not looks_like_markup else UNKNOWN


def shown_name(name: str) -> str:
    """The last part of a name, without what cannot be printed or would lead elsewhere; never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    printable = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = printable.rpartition(".")
    shortened = f"{stem[:200]}{dot}{ending[:20]}" if dot else printable[:200]
    return shortened or "file"


def sweep(folder: int) -> int:
    """Remove files of one of the 256 folders that no row names; returns how many.

    A file is written before its row, so one whose transaction came to nothing stays behind. Young ones are left: their
    row may be on its way.
    """
    name = f"{folder % FOLDERS:02x}"
    young = time.time() - SWEEP_AFTER_SECONDS
    found = {f"{name}/{file.name}": file for file in _place(name).glob("*") if file.stat().st_mtime < young}
    named = set(TicketAttachment.objects.filter(stored_as__in=found).values_list("stored_as", flat=True))
    stray = [file for stored_as, file in found.items() if stored_as not in named]
    for file in stray:
        file.unlink(missing_ok=True)
    return len(stray)


def _keep_one(ticket: Ticket, file: NewFile, uploaded_by: User, comment: TicketComment | None) -> TicketAttachment:
    stored_as = f"{secrets.token_hex(1)}/{secrets.token_urlsafe(32)}"
    size, start = _write(file, _place(stored_as))
    return TicketAttachment.objects.create(
        ticket=ticket,
        comment=comment,
        name=shown_name(file.name),
        media_type=sniff(start),
        size=size,
        stored_as=stored_as,
        uploaded_by=uploaded_by,
    )


def _write(file: NewFile, place: Path) -> tuple[int, bytes]:
    """Copy the content; returns how long it was, and its first bytes. What is refused leaves nothing behind."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size, start = 0, b""
    with open(place, "xb") as target:
        while size <= MAX_BYTES and (chunk := file.content.read(CHUNK)):
            size += len(chunk)
            start = start or chunk[:4096]
            target.write(chunk)
    if not 0 < size <= MAX_BYTES:
        place.unlink()
        raise _unfit(size)
    place.chmod(0o600)
    return size, start


def _unfit(size: int) -> FileRefused:
    if not size:
        return FileRefused(_("Файл пуст"), reason="empty")
    return FileRefused(_("Файл больше %(limit)s МБ") % {"limit": MAX_BYTES // 1_000_000}, reason="too_large")


def _place(stored_as: str) -> Path:
    return Path(settings.ATTACHMENT_DIR) / stored_as


def _lock_quota(person: User) -> None:
    """Uploads of one person count one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attachments:{person.pk}"])
