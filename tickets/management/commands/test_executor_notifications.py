"""`manage.py test_executor_notifications [ticket]`: who would be shown a ticket, who was, and why not."""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from integrations import outbox
from tickets.models import Ticket
from tickets.services import notices, people, seats

WAIT_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.2


class Command(BaseCommand):
    help = "Shows a ticket (the newest without a number) to its executors once more and tells how that went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ticket", nargs="?", type=int)
        parser.add_argument("--dry-run", action="store_true", help="only say who would be written to")
        parser.add_argument("--wait", type=float, default=WAIT_SECONDS, help="seconds to wait for the delivery")

    def handle(self, *args: Any, **options: Any) -> None:
        ticket = self._ticket(options["ticket"])
        self.stdout.write(f"№{ticket.pk} «{ticket.title}» · {ticket.category.name}")
        found = seats.of_category(ticket.category_id)
        sent = {} if options["dry_run"] else self._send(ticket, [seat for seat in found if not seat.obstacle])
        states = self._wait(sent, options["wait"])
        for seat in found:
            outcome = seat.obstacle or states.get(seat.person.pk) or _("будет отправлено")
            facts = f"telegram={seat.chat or '—'} " + _("в работе") + f" {seat.load}/{seat.limit}"
            self.stdout.write(f"  {seat.person} [{seat.person.pk}] {facts} {sent.get(seat.person.pk, '')}: {outcome}")
        reached = [seat for seat in found if not seat.obstacle]
        if not reached or (sent and "sent" not in states.values()):
            raise CommandError(_("Никто из исполнителей не получил уведомление"))

    def _ticket(self, number: int | None) -> Ticket:
        tickets = Ticket.objects.with_people()
        ticket = tickets.filter(pk=number).first() if number is not None else tickets.order_by("-id").first()
        if ticket is None:
            raise CommandError(_("Заявка не найдена"))
        return ticket

    def _send(self, ticket: Ticket, reached: list[seats.Seat]) -> dict[int, str]:
        """The keys of the messages by person."""
        test = uuid.uuid4().hex[:12]
        keys = {seat.person.pk: f"test:{test}:{seat.person.pk}" for seat in reached}
        with transaction.atomic():
            for person, chat in people.chats_of(list(keys)).items():
                notices.show_again(ticket, person, chat, key=keys[person])
        return keys

    def _wait(self, sent: dict[int, str], seconds: float) -> dict[int, str]:
        """What has become of each message after at most so many seconds."""
        end = time.monotonic() + seconds
        while True:
            states = {person: outbox.state_of(key) for person, key in sent.items()}
            if all(state in ("sent", "dead") for state in states.values()) or time.monotonic() > end:
                return states
            time.sleep(PAUSE_SECONDS)
