"""PURE: files as messages show them, and as forms carry them."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
FIELD: Final = re.compile(r'\bname="([^"]*)"')
FILE_NAME: Final = re.compile(r'\bfilename=(?:"([^"]*)"|([^;\r\n]*))')
"""Some libraries leave the quotes out."""


@dataclass(frozen=True)
class Upload:
    """A file of a form."""

    name: str
    content: bytes


def described(kind: str, file_id: str, upload: Upload) -> dict[str, Any]:
    """The part of a message that tells of a photo or a document."""
    facts = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(upload.content)}
    if kind == "photo":
        return {"photo": [{**facts, "width": 800, "height": 600}]}
    media_type = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    return {"document": {**facts, "file_name": upload.name, "mime_type": media_type}}


def read_form(body: bytes, content_type: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Fields and files of a form, either kind of encoding."""
    if content_type.startswith("multipart/form-data"):
        return _read_multipart(body, content_type)
    return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


def _read_multipart(body: bytes, content_type: str) -> tuple[dict[str, str], dict[str, Upload]]:
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    named = BOUNDARY.search(content_type)
    if named is None:
        return fields, files
    for part in (b"\r\n" + body).split(b"\r\n--" + named[1].encode())[1:]:
        head, _blank, content = part.partition(b"\r\n\r\n")
        header = head.decode(errors="replace")
        field = FIELD.search(header)
        if field is None:
            continue
        file_name = FILE_NAME.search(header)
        if file_name is None:
            fields[field[1]] = content.decode(errors="replace")
        else:
            files[field[1]] = Upload(file_name[1] or file_name[2] or field[1], content)
    return fields, files
