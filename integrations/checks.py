"""What `manage.py check` says about the settings of the border: lists that cannot be read, before a step meets them."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations import credentials, targets
from integrations.errors import CredentialKeysInvalid


@register()
def allowed_targets_are_readable(app_configs: Any, **options: Any) -> list[CheckMessage]:
    try:
        targets.rules()
    except ValueError as problem:
        return [Error(str(problem), id="integrations.E001")]
    return []


@register()
def credential_keys_are_readable(app_configs: Any, **options: Any) -> list[CheckMessage]:
    try:
        credentials.keys()
    except CredentialKeysInvalid as problem:
        return [Error(str(problem.message), id="integrations.E002")]
    return []
