"""Telegram's Bot API with a bot of one's own: any method, with the token of a credential.

The installation's own bot is not asked this way: its messages go through the outbox (`integrations.telegram.postbox`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from urllib3 import encode_multipart_formdata

from integrations import safe_json
from integrations.credential_kinds import TELEGRAM
from integrations.errors import CredentialInvalid
from integrations.service_client import ServiceClient

FILE_BYTES: Final = 20_000_000
"""What bots may fetch."""


class BotApi(ServiceClient):
    """Asks as the bot whose token the credential holds. Raises what `Door` does."""

    def call(
        self,
        credential: UUID | str,
        method: str,
        values: Mapping[str, Any],
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Any:
        """The whole answer, `{"ok": true, "result": …}`. `files` are `(name, content, type)` by their field."""
        token = self._token(credential)
        body: dict[str, Any] = {"json": dict(values)}
        if files:
            parts = [(name, _as_part(value)) for name, value in values.items()]
            data, kind = encode_multipart_formdata([*parts, *files.items()])
            body = {"data": data, "headers": {"Content-Type": kind}}
        url = f"{settings.TELEGRAM_API_BASE_URL}{token}/{method}"
        return self._ask("POST", url, credential=credential, **body).json()

    def fetch(self, credential: UUID | str, path: str) -> bytes:
        """The content of a file whose `file_path` the method `getFile` has told."""
        base = settings.TELEGRAM_API_FILE_BASE_URL or settings.TELEGRAM_API_BASE_URL.replace("/bot", "/file/bot")
        url = f"{base}{self._token(credential)}/{path.lstrip('/')}"
        return self._ask("GET", url, credential=credential, max_bytes=FILE_BYTES).body

    def _token(self, credential: UUID | str) -> str:
        secret = self._scope.secret(credential)
        if secret.kind != TELEGRAM:
            raise CredentialInvalid(field="kind", credential=secret.id)
        return secret.value.strip()


def _as_part(value: Any) -> str:
    return value if isinstance(value, str) else safe_json.dumps(value)
