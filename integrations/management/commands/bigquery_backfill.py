"""`manage.py bigquery_backfill`: let rows that were stored before BigQuery was there go to it."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from integrations import shipments
from integrations.bigquery import line
from integrations.bigquery.errors import NotConfigured
from integrations.models import Dataset


class Command(BaseCommand):
    help = "Notes stored rows for BigQuery that never went there; the workers load them. Told again it adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dataset", help="The name of one dataset, as GET /api/v1/datasets tells it.")
        parser.add_argument("--since", help="Only rows stored on this day (UTC, YYYY-MM-DD) or later.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would go, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not line.enabled():
            raise CommandError(str(NotConfigured.message))
        found = Dataset.objects.order_by("name", "id")
        if options["dataset"]:
            found = found.filter(name=options["dataset"])
            if not found.exists():
                raise CommandError(_("Набора данных «%(name)s» нет") % {"name": options["dataset"]})
        since, total, number = _moment(options["since"]), 0, found.count()
        for place, dataset in enumerate(found.iterator(), 1):
            sent, rows = shipments.backfill(dataset=dataset, since=since, dry_run=options["dry_run"])
            total += rows
            self.stdout.write(f"{place}/{number} {dataset.name}: {sent} / {rows}")
        told = (
            _("К отправке в BigQuery нашлось строк: %(count)s")
            if options["dry_run"]
            else _("Поставлено в очередь BigQuery строк: %(count)s")
        )
        self.stdout.write(told % {"count": total})


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(_("Дата записывается как 2026-11-30"))
    return datetime.combine(day, time.min, UTC)
