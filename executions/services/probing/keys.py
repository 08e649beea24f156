"""PURE: by what a row is known that has been seen."""

from __future__ import annotations

import hashlib
from typing import Any

from integrations import safe_json


def key_of(value: Any) -> str:
    """A short key for what a row says of itself."""
    return hashlib.sha256(safe_json.dumps(value).encode()).hexdigest()[:32]
