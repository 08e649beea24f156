"""`manage.py failed_messages`: what could not be delivered, and sending it again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from integrations import outbox

SHOWN = 100


class Command(BaseCommand):
    help = "Lists messages that were given up, the newest first; with --send-again they go out once more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", help="only these messages")
        parser.add_argument("--queue", choices=outbox.QUEUES, default="notifications")
        parser.add_argument(
            "--send-again", action="store_true", help="put them back into the queue with all their tries"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ends with 1 when a message that is named is not among them."""
        found = outbox.dead().filter(queue=options["queue"])
        if options["ids"]:
            known = {str(one): one for one in found.values_list("id", flat=True)}
            lost = [one for one in options["ids"] if one not in known]
            if lost:
                raise CommandError(_("Таких недоставленных сообщений нет: %(ids)s") % {"ids": ", ".join(lost)})
            found = found.filter(id__in=[known[one] for one in options["ids"]])
        if options["send_again"]:
            count = outbox.send_again(list(found.values_list("id", flat=True)))
            self.stdout.write(_("Отправляются снова: %(count)s") % {"count": count})
            return
        for message in found.order_by("-finished_at")[:SHOWN]:
            cause = (message.error or {}).get("code", "")
            self.stdout.write(f"{message.pk} {message.finished_at:%Y-%m-%d %H:%M:%S} {message.topic} {cause}")
        self.stdout.write(_("Недоставленных сообщений: %(count)s") % {"count": found.count()})
