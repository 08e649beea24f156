"""Files that people bring, as JSON documents: one file, many, or archives of them. Nothing of it is trusted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext, gettext_noop

from integrations import safe_json
from integrations.safe_json import UnsafeJSON

MAX_FILE = 5_000_000
"""Bytes of one document."""
MAX_FILES = 500
"""Documents of one upload."""
MAX_TOTAL = 50_000_000
"""Bytes of all documents of one upload, unpacked."""

TOO_LARGE = gettext_noop("Файл больше %(limit)s байт")
COMMAND = "python manage.py import_n8n FOLDER --user LOGIN"
"""Brings a folder in file by file, so that only the limits of one file hold."""
TOO_MANY = gettext_noop("За один раз загружается не больше %(limit)s файлов. Больше — командой: %(command)s")
TOO_MUCH = gettext_noop("Распакованные файлы больше %(limit)s байт. Столько загружают командой: %(command)s")
NOT_A_ZIP = gettext_noop("Архив не читается")
NOT_JSON = gettext_noop("Это не документ JSON (%(reason)s)")
SEVERAL = gettext_noop("Это не один документ JSON, а несколько подряд: разделите файл (%(reason)s)")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files in an archive may be packed: what the other ways need of memory is said by the archive itself."""
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, IndexError, EOFError, ValueError, OSError)
"""What reading an archive raises whose bytes are not what they should be."""
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class Brought:
    """A document by the file that it was in, or the reason in the reader's words why there is none."""

    file: str
    document: Any = None
    error: str | None = None


def documents(files: Iterable[tuple[str, bytes]]) -> Iterator[Brought]:
    """Every document of the files `(name, content)`. A list of workflows in one file is several documents."""
    count = total = 0
    for name, content in _unpacked(files):
        total += 0 if content is None else len(content)
        for brought in _read(name, content):
            count += 1
            if count > MAX_FILES or total > MAX_TOTAL:
                yield Brought(brought.file, error=too_many() if count > MAX_FILES else too_much())
                return
            yield brought


def too_many() -> str:
    """Why the rest of the files is left out, and what takes all of them."""
    return gettext(TOO_MANY) % {"limit": MAX_FILES, "command": COMMAND}


def too_much() -> str:
    return gettext(TOO_MUCH) % {"limit": MAX_TOTAL, "command": COMMAND}


def _unpacked(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | None]]:
    """Files as they are, and those of archives: None for one that cannot be read or is too large."""
    for name, content in files:
        if content[:4] != b"PK\x03\x04":
            yield name, content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for held in islice(_documents_in(archive), MAX_FILES + 1):
                    yield f"{name}/{held.filename}", _held(archive, held)
        except _BROKEN:
            yield name, None


def _documents_in(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    return (held for held in archive.infolist() if not (held.is_dir() or held.filename.startswith("__MACOSX/")))


def _held(archive: zipfile.ZipFile, held: zipfile.ZipInfo) -> bytes | None:
    """A file of an archive, never more of it than one document may have: what its header says may be a lie."""
    if held.compress_type not in _METHODS:
        return None
    try:
        with archive.open(held) as opened:
            return opened.read(MAX_FILE + 1)
    except _BROKEN:
        return None


def _read(name: str, content: bytes | None) -> Iterator[Brought]:
    shown = name.encode(errors="replace").decode().replace("\x00", "")[:300]
    if content is None:
        yield Brought(shown, error=gettext(NOT_A_ZIP))
        return
    if len(content) > MAX_FILE:
        yield Brought(shown, error=gettext(TOO_LARGE) % {"limit": MAX_FILE})
        return
    try:
        document = safe_json.loads(_as_text(content))
    except (UnsafeJSON, UnicodeDecodeError) as error:
        yield Brought(shown, error=_why(content, error))
        return
    if isinstance(document, list) and document and all(isinstance(one, dict) and "nodes" in one for one in document):
        for number, one in enumerate(document, start=1):
            yield Brought(f"{shown}#{number}", one)
    else:
        yield Brought(shown, document)


def _as_text(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding)
    return content.decode()


def _why(content: bytes, error: Exception) -> str:
    """Several documents one behind the other are a mistake that people make when they copy exports."""
    several = content.count(b'"connections"') > 1 and content.count(b'"nodes"') > 1
    reason = str(error) if isinstance(error, UnsafeJSON) else "UTF-8"
    return gettext(SEVERAL if several else NOT_JSON) % {"reason": reason[:200]}
