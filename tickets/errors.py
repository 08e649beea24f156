"""What can go wrong at the service desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class TicketsError(DomainError):
    """Root of this package's errors."""


class PollerRunning(TicketsError):
    """Another process of this installation receives the bot's updates."""

    code = "poller_running"
    message = _(
        "Обновления Telegram уже получает другой процесс telegram_polling этой установки: остановите его "
        "или запустите этот с ключом --wait, тогда он сменит первый, когда тот закончит"
    )
