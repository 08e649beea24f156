"""LinkedIn over its versioned REST API: posts of a person or an organization, with a picture or a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from integrations.errors import InvalidAnswer
from integrations.http import Answer
from integrations.service_client import ServiceClient

BASE_URL: Final = "https://api.linkedin.com"
_RESERVED: Final = re.compile(r"[\\|{}@\[\]()<>*_~]")
"""What means something in LinkedIn's own notation of texts; words behind # stay what they are."""


@dataclass(frozen=True)
class Picture:
    """A picture with its title."""

    data: bytes
    mime: str
    title: str


@dataclass(frozen=True)
class Post:
    """A post of `author`, an urn. `article` is `{source, title, description}` of a link."""

    author: str
    text: str
    visibility: str
    picture: Picture | None = None
    article: Mapping[str, str] | None = None


class LinkedInClient(ServiceClient):
    """`version` is the month of the API, as 202606. Raises the door's errors and `InvalidAnswer`."""

    rest_seconds = 60.0

    def publish(self, post: Post, *, version: str, credential: UUID, timeout: float) -> str:
        """The urn of the new post."""
        body: dict[str, Any] = {
            "author": post.author,
            "commentary": _RESERVED.sub(lambda one: "\\" + one[0], post.text),
            "visibility": post.visibility,
            "distribution": {"feedDistribution": "MAIN_FEED"},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if post.picture is not None:
            image = self._upload(post.author, post.picture, version, credential, timeout)
            body["content"] = {"media": {"id": image, **({"title": post.picture.title} if post.picture.title else {})}}
        elif post.article is not None:
            body["content"] = {"article": dict(post.article)}
        answer = self._linkedin("/rest/posts", version, credential, timeout, json=body)
        return str(answer.headers.get("x-restli-id") or "")

    def _upload(self, owner: str, picture: Picture, version: str, credential: UUID, timeout: float) -> str:
        """The urn of the picture, which goes to the address that LinkedIn names for it."""
        asked = {"initializeUploadRequest": {"owner": owner}}
        answer = self._linkedin("/rest/images?action=initializeUpload", version, credential, timeout, json=asked).json()
        told = answer.get("value") if isinstance(answer, Mapping) else None
        if not isinstance(told, Mapping) or not told.get("uploadUrl") or not told.get("image"):
            raise InvalidAnswer(reason="no_upload_address")
        headers = {"Content-Type": picture.mime or "application/octet-stream"}
        address = str(told["uploadUrl"])
        self._ask("PUT", address, credential=credential, data=picture.data, headers=headers, timeout=timeout)
        return str(told["image"])

    def _linkedin(self, path: str, version: str, credential: UUID, timeout: float, *, json: Any) -> Answer:
        base = str(self._scope.secret(credential).settings.get("baseUrl") or BASE_URL).rstrip("/")
        return self._ask(
            "POST",
            base + path,
            credential=credential,
            json=json,
            headers={"LinkedIn-Version": version, "X-Restli-Protocol-Version": "2.0.0"},
            bucket=f"linkedin:{credential}",
            timeout=timeout,
        )
