"""structlog without rich, which it loads for coloured tracebacks where that is installed: four megabytes a process."""

from __future__ import annotations

import sys
from typing import Any, cast

_modules = cast("dict[str, Any]", sys.modules)
_hidden = "rich" not in _modules
if _hidden:
    _modules["rich"] = None

import structlog  # noqa: E402 - rich has to be out of sight first

if _hidden:
    del _modules["rich"]

__all__ = ["structlog"]
