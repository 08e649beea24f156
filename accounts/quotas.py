"""How much of what one person may have. One table; `settings.QUOTAS` holds the numbers, 0 is without limit.

Whoever makes something counts what the person has and asks here, in the transaction that makes it. Two calls at once
may both find the last place free: a quota keeps an installation usable, it is no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.errors import QuotaExceeded, QuotaFull

CURES: Final[dict[str, Promise]] = {
    "workflows": _("У вас слишком много рабочих процессов. Удалите ненужные или попросите поднять QUOTA_WORKFLOWS"),
    "schedules": _(
        "В процессах, которые вы опубликовали, слишком много расписаний. Уберите ненужные или попросите поднять "
        "QUOTA_SCHEDULES"
    ),
    "addresses": _(
        "В процессах, которые вы опубликовали, слишком много вебхуков и форм. Уберите ненужные или попросите поднять "
        "QUOTA_ADDRESSES"
    ),
    "open_runs": _(
        "Слишком много ваших запусков ещё не закончено. Дождитесь их, остановите ненужные или попросите поднять "
        "QUOTA_OPEN_RUNS"
    ),
    "open_tickets": _(
        "Слишком много ваших заявок ещё открыто. Дождитесь их, отмените ненужные или попросите поднять "
        "QUOTA_OPEN_TICKETS"
    ),
    "service_accounts": _(
        "Вы выпустили слишком много действующих сервисных аккаунтов. Отзовите ненужные или попросите поднять "
        "QUOTA_SERVICE_ACCOUNTS"
    ),
}
"""What is counted, and what to do when there is too much of it."""

PASSING: Final = frozenset({"open_runs"})
"""What becomes less by itself: whoever waits a little may go on."""


def refuse_beyond(name: str, count: Callable[[], int], *, more: int = 1) -> None:
    """Raise `QuotaExceeded` if `more` come on top of what `count` finds; without a limit nothing is counted."""
    limit = settings.QUOTAS[name]
    if not limit:
        return
    used = count()
    if used + more > limit:
        error = QuotaFull if name in PASSING else QuotaExceeded
        raise error(CURES[name], quota=name, setting=f"QUOTA_{name.upper()}", limit=limit, used=used)
