"""The field by which a node that waits says for how long: `timeout_seconds: float | None = TermField()`."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_noop
from pydantic import Field

MAX_SECONDS: Final = 366 * 24 * 3600


def TermField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """Seconds; without them the step waits until something happens."""
    return Field(
        default=None,
        alias="timeoutSeconds",
        gt=0,
        le=MAX_SECONDS,
        allow_inf_nan=False,
        title=gettext_noop("Сколько ждать, с"),
        description=gettext_noop("Через сколько секунд перестать ждать; пусто — ждать без срока"),
    )
