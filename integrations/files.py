"""Files that travel with items: an item carries what a file is called, the content lies here, once per project.

`{"id", "fileName", "mimeType", "fileExtension", "fileSize"}` is a file in an item. Whoever makes up an id finds nothing
of another project.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, Final, Self
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Sum

from accounts.clock import Clock, Now
from integrations.errors import FileGone, FileTooLarge
from integrations.models import StoredFile
from integrations.scope import CallScope

NAMESPACE: Final = UUID("3d1f0c5e-7b1c-4c7e-9d59-6a1f6d2a9e01")
MAX_NAME: Final = 255
FRESH: Final = timedelta(days=1)
"""How often a use is written down: retention counts days."""
UNKNOWN_TYPE: Final = "application/octet-stream"


class FileStore:
    """The files of one project, as a step reads and writes them."""

    def __init__(self, project_id: int) -> None:
        self._project = project_id

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """What `context.connect(FileStore)` calls."""
        return cls(scope.project_id())

    def put(self, data: bytes, *, name: str = "", mime: str = "") -> dict[str, Any]:
        """Keep the content, and give the file as an item carries it. Raises `FileTooLarge`."""
        if len(data) > settings.FILE_MAX_BYTES:
            raise FileTooLarge(size=len(data), limit=settings.FILE_MAX_BYTES)
        file = uuid5(NAMESPACE, f"{self._project}:{hashlib.sha256(data).hexdigest()}")
        if StoredFile.objects.filter(pk=file).exists():
            self._use(file)
        else:
            self._check_room(len(data))
            row = StoredFile(id=file, project_id=self._project, size=len(data), content=data)
            StoredFile.objects.bulk_create([row], ignore_conflicts=True)
        return described(file, size=len(data), name=name, mime=mime)

    def _check_room(self, size: int) -> None:
        """About: several steps that write at once may go beyond by what each writes."""
        taken = StoredFile.objects.filter(project_id=self._project).aggregate(bytes=Sum("size"))["bytes"] or 0
        if taken + size > settings.FILE_QUOTA_BYTES:
            raise FileTooLarge(size=size, taken=taken, limit=settings.FILE_QUOTA_BYTES)

    def read(self, file: Mapping[str, Any]) -> bytes:
        """The content of a file that an item carries. Raises `FileGone`."""
        try:
            row = StoredFile.objects.filter(pk=UUID(str(file.get("id"))), project_id=self._project).first()
        except ValueError:
            row = None
        if row is None:
            raise FileGone(file=str(file.get("fileName") or "")[:MAX_NAME])
        self._use(row.pk)
        return bytes(row.content)

    def _use(self, file: UUID) -> None:
        StoredFile.objects.filter(pk=file, used_at__lt=Now() - FRESH).update(used_at=Clock())


def described(file: UUID, *, size: int, name: str, mime: str) -> dict[str, Any]:
    """A file as an item carries it; what it is follows from its name where nobody says it, and the other way round."""
    name = PurePosixPath(name.replace("\\", "/")).name.replace("\x00", "")[:MAX_NAME]
    mime = mime.partition(";")[0].strip() or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
    extension = PurePosixPath(name).suffix.removeprefix(".") or (mimetypes.guess_extension(mime) or "").removeprefix(
        "."
    )
    return {
        "id": str(file),
        "fileName": name or f"file.{extension or 'bin'}",
        "mimeType": mime,
        "fileExtension": extension,
        "fileSize": size,
    }


def forget(limit: int) -> int:
    """Delete at most `limit` files that nobody has used for `FILE_RETENTION_DAYS` (0 keeps all); returns how many."""
    if settings.FILE_RETENTION_DAYS <= 0:
        return 0
    old = StoredFile.objects.filter(used_at__lt=Now() - timedelta(days=settings.FILE_RETENTION_DAYS))
    return StoredFile.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
