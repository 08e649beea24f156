"""What `manage.py check` says about the settings of the border: lists that cannot be read, before a step meets them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils.translation import gettext as _

from integrations import credentials, targets
from integrations.errors import CredentialKeysInvalid
from integrations.wildberries import expiry
from integrations.wildberries.tokens import WARNING_DAYS


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


@register()
def wildberries_token_lives(app_configs: Any, **options: Any) -> list[CheckMessage]:
    left = expiry.days_left()
    if left is None or left > WARNING_DAYS:
        return []
    told = _("До конца действия токена Wildberries дней: %(days)s") % {"days": left}
    return [Caution(told, id="integrations.W001")]


@register()
def bigquery_can_be_reached(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Names that BigQuery takes, and a key file that is there. Nobody is called."""
    if not settings.GCP_PROJECT_ID:
        return []
    found: list[CheckMessage] = []
    if not re.fullmatch(r"[A-Za-z0-9_]{1,1024}", settings.BIGQUERY_DATASET):
        found.append(Error("BIGQUERY_DATASET: letters, digits and _ only", id="integrations.E004"))
    key_file = settings.GOOGLE_ENVIRONMENT.get("GOOGLE_APPLICATION_CREDENTIALS")
    if key_file and not Path(key_file).is_file():
        found.append(Caution("GOOGLE_APPLICATION_CREDENTIALS: no such file", id="integrations.W004"))
    return found
