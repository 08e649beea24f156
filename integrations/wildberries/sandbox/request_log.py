"""Every request to the sandbox and its answer, one JSON line each. Tokens are never written."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from integrations.safe_json import dumps


class RequestLog:
    """Appends to a file, whose folder is made; without a path it writes nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def write(self, **line: Any) -> None:
        """One line, complete when this returns, so that a reader never sees half of it."""
        if self._path is None:
            return
        text = dumps(line) + "\n"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(text)
