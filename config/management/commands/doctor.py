"""`manage.py doctor`: whether the installation works and tickets reach people, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import installation_checks
from tickets import doctor
from tickets.doctor import Finding


class Command(BaseCommand):
    help = "Checks secrets, servers, processes, mail, disk, clock and the desk. Ends with 1 when something is wrong."
    requires_system_checks = []  # it tells more, and in plainer words, than a check that breaks off

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` when anything is wrong."""
        findings = list(installation_checks.examine())
        self._show(findings)
        if not any(finding.code in ("postgresql", "migrations") and not finding.ok for finding in findings):
            of_the_desk = doctor.examine()
            self._show(of_the_desk)
            findings += of_the_desk
            self._show_typical_errors()
        faults = sum(not finding.ok for finding in findings)
        if faults:
            raise CommandError(_("Найдено неполадок: %(count)s") % {"count": faults})

    def _show(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.stdout.write(f"{'✓' if finding.ok else '✗'} {finding.title}: {finding.said}")
            if not finding.ok:
                self.stdout.write("    " + _("Причина") + f": {finding.cause}")
                self.stdout.write("    " + _("Решение") + f": {finding.cure}")

    def _show_typical_errors(self) -> None:
        self.stdout.write("")
        self.stdout.write(_("Типичные ошибки"))
        for row in doctor.typical_errors():
            self.stdout.write(f"  «{row['error']}» [{row['check']}]: {row['cause']} → {row['cure']}")
