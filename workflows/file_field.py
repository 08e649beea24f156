"""The field by which a node's config names one of the files that an item carries: `file: str = FileField()`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop
from pydantic import Field

from workflows.items import attached

MAX_NAME = 200
TITLE = gettext_noop("Файл")
CARRIED = gettext_noop("Имя файла в элементе, обычно data")
KEPT = gettext_noop("Под каким именем элемент его несёт, обычно data")


def FileField(title: str = TITLE, description: str = CARRIED) -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """A field for the name under which items carry a file, by default the usual one."""
    return Field(default=attached.USUAL, min_length=1, max_length=MAX_NAME, title=title, description=description)
