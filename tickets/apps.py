from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Заявки")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_fill_statuses, sender=self)


def _fill_statuses(sender: AppConfig, using: str, apps: Any = None, **_options: Any) -> None:
    """A migration that goes back to before there were tickets has no table to fill; a flush names no `apps`."""
    try:
        (apps or installed).get_model("tickets", "TicketStatus")
    except LookupError:
        return
    statuses: Any = sender.get_model("TicketStatus")
    statuses.fill(using)
