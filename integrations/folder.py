"""The one folder of the server in which workflows may read and write, if the operator has named one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, Self

from django.conf import settings

from integrations.errors import FileTooLarge, FolderRefused
from integrations.scope import CallScope

MAX_FILES: Final = 1000


class Folder:
    """Paths are inside the folder, whatever they are written like; links that lead out of it lead nowhere."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def connect(cls, _scope: CallScope) -> Self:
        """Raises `FolderRefused` where no folder is named."""
        if not settings.WORKFLOW_FOLDER:
            raise FolderRefused(reason="closed")
        return cls(Path(settings.WORKFLOW_FOLDER).resolve())

    def matching(self, pattern: str) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file that fits, by their names. Raises `FolderRefused`, `FileTooLarge`."""
        inner = self._inner(pattern)
        try:
            found = list(islice(filter(self._holds, self._root.glob(inner)), MAX_FILES + 1))
        except ValueError:  # such as `a**`
            raise FolderRefused(reason="path", path=pattern[:200]) from None
        except OSError as error:
            raise FolderRefused(reason=type(error).__name__, path=pattern[:200]) from None
        if not found and not any(sign in inner for sign in "*?["):
            raise FolderRefused(reason="missing", path=pattern[:200])
        if len(found) > MAX_FILES:
            raise FolderRefused(reason="too_many", path=pattern[:200], limit=MAX_FILES)
        for path in sorted(found):
            yield path.name, self._content(path)

    def write(self, path: str, data: bytes) -> None:
        """Put the content there in one piece. Raises `FolderRefused`, `FileTooLarge`."""
        if len(data) > settings.FILE_MAX_BYTES:
            raise FileTooLarge(size=len(data), limit=settings.FILE_MAX_BYTES)
        try:
            target = self._root / self._inner(path)
            if not target.parent.resolve().is_relative_to(self._root):
                raise FolderRefused(reason="path", path=path[:200])
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(target, data)
        except OSError as error:
            raise FolderRefused(reason=type(error).__name__, path=path[:200]) from None

    def _inner(self, path: str) -> str:
        """The path as one inside the folder: a beginning that names the folder itself, `/` and `./` are left out."""
        plain = path.replace("\\", "/").removeprefix(f"{self._root}/").lstrip("/")
        parts = [part for part in plain.split("/") if part not in ("", ".")]
        if not parts or ".." in parts or "\x00" in plain:
            raise FolderRefused(reason="path", path=path[:200])
        return "/".join(parts)

    def _holds(self, path: Path) -> bool:
        return path.is_file() and path.resolve().is_relative_to(self._root)

    def _content(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(settings.FILE_MAX_BYTES + 1)
            size = path.stat().st_size
        except OSError as error:  # gone meanwhile, or not for this process
            raise FolderRefused(reason=type(error).__name__, path=str(path.relative_to(self._root))[:200]) from None
        if len(data) > settings.FILE_MAX_BYTES:
            raise FileTooLarge(size=size, limit=settings.FILE_MAX_BYTES)
        return data


def _put(target: Path, data: bytes) -> None:
    """Beside its place first, so that nobody reads half of it; what cannot be moved there is not left behind."""
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        beside = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.replace(beside, target)
        except OSError:
            beside.unlink()
            raise
