"""Google Drive over its REST API v3: files and folders of the account that the credential opens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings

from integrations import safe_json
from integrations.errors import InvalidAnswer
from integrations.service_client import ServiceClient

BASE_URL: Final = "https://www.googleapis.com"
ADDRESS: Final = re.compile(r"(?:/d/|/folders/|[?&]id=)([A-Za-z0-9_-]+)")
FIELDS: Final = "id,name,mimeType,size,createdTime,modifiedTime,parents,webViewLink"
FOLDER: Final = "application/vnd.google-apps.folder"
GOOGLE_DOCUMENT: Final = "application/vnd.google-apps."
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
EXPORTS: Final = {
    "document": f"{_OFFICE}.wordprocessingml.document",
    "spreadsheet": f"{_OFFICE}.spreadsheetml.sheet",
    "presentation": f"{_OFFICE}.presentationml.presentation",
    "drawing": "image/jpeg",
}
"""What a document of Google's own becomes where nobody says otherwise: it has no content that could be downloaded."""
PAGE: Final = 100


@dataclass(frozen=True)
class Downloaded:
    """A file with its content; `about` is what Drive says of it."""

    name: str
    mime: str
    data: bytes
    about: Mapping[str, Any]


def file_id(named: str) -> str:
    """The id of a file or folder that is named by its id or by its address in the browser."""
    found = ADDRESS.search(named)
    return found[1] if found else named.strip()


class DriveClient(ServiceClient):
    """Files are named by id or address. Raises the door's errors and `InvalidAnswer`."""

    rest_seconds = 30.0

    def download(self, file: str, *, credential: UUID, export_as: str = "", timeout: float) -> Downloaded:
        """The file; a document of Google's own in the form `export_as`, else in that of `EXPORTS`."""
        path = f"/drive/v3/files/{quote(file_id(file), safe='')}"
        about = self._json("GET", path, {"fields": FIELDS}, credential, timeout)
        mime, name = str(about.get("mimeType", "")), str(about.get("name", "file"))
        query = {"alt": "media"}
        if mime.startswith(GOOGLE_DOCUMENT):
            mime = export_as or EXPORTS.get(mime.removeprefix(GOOGLE_DOCUMENT), "application/pdf")
            path, query = f"{path}/export", {"mimeType": mime}
        answer = self._drive("GET", path, query, credential, timeout)
        return Downloaded(name, mime, answer.body, about)

    def upload(
        self, data: bytes, *, name: str, mime: str, folder: str = "", credential: UUID, timeout: float
    ) -> Mapping[str, Any]:
        """A new file; what Drive says of it."""
        about: dict[str, Any] = {"name": name, **({"parents": [file_id(folder)]} if folder else {})}
        border = uuid4().hex
        head = f"--{border}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{safe_json.dumps(about)}\r\n"
        kind = f"--{border}\r\nContent-Type: {mime or 'application/octet-stream'}\r\n\r\n"
        body = (head + kind).encode() + data + f"\r\n--{border}--\r\n".encode()
        return self._json(
            "POST",
            "/upload/drive/v3/files",
            {"uploadType": "multipart", "fields": FIELDS},
            credential,
            timeout,
            data=body,
            headers={"Content-Type": f"multipart/related; boundary={border}"},
        )

    def find(self, query: str, *, most: int, credential: UUID, timeout: float) -> list[dict[str, Any]]:
        """Files for a query of Drive's own language, the last changed ones first; at most `most`."""
        found: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"q": query, "orderBy": "modifiedTime desc", "fields": f"nextPageToken,files({FIELDS})"}
        asked["includeItemsFromAllDrives"] = "true"
        while len(found) < most:
            asked["pageSize"] = min(PAGE, most - len(found))
            answer = self._json("GET", "/drive/v3/files", asked, credential, timeout)
            files = answer.get("files")
            found += [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
            if not answer.get("nextPageToken"):
                break
            asked["pageToken"] = answer["nextPageToken"]
        return found[:most]

    def make_folder(self, name: str, *, parent: str = "", credential: UUID, timeout: float) -> Mapping[str, Any]:
        """A new folder; what Drive says of it."""
        about = {"name": name, "mimeType": FOLDER, **({"parents": [file_id(parent)]} if parent else {})}
        return self._json("POST", "/drive/v3/files", {"fields": FIELDS}, credential, timeout, json=about)

    def put_into_bin(self, file: str, *, credential: UUID, timeout: float) -> Mapping[str, Any]:
        """Whoever owns the file can take it out again."""
        path = f"/drive/v3/files/{quote(file_id(file), safe='')}"
        return self._json("PATCH", path, {"fields": FIELDS}, credential, timeout, json={"trashed": True})

    def _json(
        self, method: str, path: str, query: Mapping[str, Any], credential: UUID, timeout: float, **parts: Any
    ) -> Mapping[str, Any]:
        answer = self._drive(method, path, query, credential, timeout, **parts).json()
        if not isinstance(answer, Mapping):
            raise InvalidAnswer(reason="no_object")
        return answer

    def _drive(
        self, method: str, path: str, query: Mapping[str, Any], credential: UUID, timeout: float, **parts: Any
    ) -> Any:
        base = str(self._scope.secret(credential).settings.get("baseUrl") or BASE_URL).rstrip("/")
        return self._ask(
            method,
            base + path,
            params={**query, "supportsAllDrives": "true"},
            credential=credential,
            timeout=timeout,
            max_bytes=settings.FILE_MAX_BYTES + 1,
            bucket=f"drive:{credential}",
            **parts,
        )
