"""What Django's system checks say of the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string


@register(deploy=True)
def names_lead_somewhere(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every dotted path in the settings is a callable: floors meet upward by name only, and a typo would be silent."""
    named = (settings.OUTBOX_HANDLERS, settings.WORKFLOW_GUARDS, settings.WORKFLOW_HOOKS)
    paths = [path for table in named for path in table.values()]
    return [error for path in paths if (error := _path_error(path))]


def _path_error(path: str) -> Error | None:
    try:
        found: Callable[..., Any] = import_string(path)
    except ImportError as problem:
        return Error(f"{path} cannot be imported: {problem}", id="naryad.E001")
    return None if callable(found) else Error(f"{path} is not callable", id="naryad.E002")
