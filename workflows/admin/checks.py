"""What `manage.py check` says about node types: which of them an installed package does not really bring.

It stands beside the pages, so that processes without them need not load the catalogue for it.
"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution
from django.utils.translation import gettext as _

from workflows import catalogue


@register()
def packages_are_whole(app_configs: Any, **options: Any) -> list[CheckMessage]:
    return [
        Caution(
            _("Тип узла «%(entry)s» из пакета «%(package)s» не подключён: %(reason)s")
            % {"entry": one.entry, "package": one.package, "reason": one.reason},
            id="workflows.W001",
        )
        for one in catalogue.refused()
    ]
