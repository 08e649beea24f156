"""PURE: how much a node takes on at once. More than that is work for the store of the data, not for a step."""

from __future__ import annotations

from typing import Final

from workflows.items.wording import gettext_noop

MAX_ITEMS: Final = 200_000
TOO_MANY_ITEMS: Final = gettext_noop("Слишком много элементов для одного шага: разделите их на пачки")
