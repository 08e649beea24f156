"""`manage.py event_docs`: write docs/events.md."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrations import event_docs


class Command(BaseCommand):
    help = "Write docs/events.md from the catalogue of events"

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "events.md").write_text(event_docs.page())
