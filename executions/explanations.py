"""Sentences about what a run waits for, in the language that is active and the reader's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from executions.engine.circles import For
from executions.engine.reasons import Kind, Reason
from executions.sentences import state

SENTENCES = {
    Kind.FINISHED: _("Запуск закончен: %(state)s"),
    Kind.CIRCLE: _(
        "Запуски ждут друг друга по кругу: %(circle)s. Остановите один из них: сами они не разойдутся, пока не "
        "истечёт чей-нибудь срок"
    ),
    Kind.SLOT: _(
        "Ждёт свободного места: одновременных запусков уже столько, сколько разрешено; в очереди он %(position)s"
    ),
    Kind.PAUSED: _("Приостановлен: шаги не начнутся, пока запуск не возобновят"),
    Kind.FAILING: _("Завершается с ошибкой: новые шаги не начнутся, выполняемые заканчивают работу"),
    Kind.NO_WORKER: _("Шаг «%(label)s» готов, но на очереди %(queue)s нет ни одного работника"),
    Kind.WORKER_LOST: _("Работник %(worker)s не отвечает: шаг «%(label)s» вот-вот передадут другому"),
    Kind.RUNNING: _("Шаг «%(label)s» выполняется с %(since)s, работник %(worker)s"),
    Kind.QUEUE: _("Шаг «%(label)s» готов и ждёт работника очереди %(queue)s, шагов перед ним: %(ahead)s"),
    Kind.BREAKER: _(
        "Шаг «%(label)s» ждёт до %(until)s: внешний сервер недавно отказывал, запросы к нему приостановлены"
    ),
    Kind.CROWDED: _("Шаг «%(label)s» ждёт до %(until)s: внешний сервер ещё не ответил на другие запросы"),
    Kind.RATE_LIMIT: _("Шаг «%(label)s» ждёт до %(until)s: превышен лимит запросов внешнего сервера"),
    Kind.RETRY: _("Шаг «%(label)s» ждёт до %(until)s, чтобы повторить неудавшуюся попытку"),
    Kind.LATER: _("Шаг «%(label)s» отложен до %(until)s (%(why)s)"),
    Kind.CHILD: _("Шаг «%(label)s» ждёт конца дочернего запуска %(child)s"),
    Kind.EVENT: _("Шаг «%(label)s» ждёт события %(event)s"),
    Kind.TIMER: _("Шаг «%(label)s» ждёт до %(until)s"),
    Kind.STUCK: _("Запуск ничего не ждёт, хотя и не закончен: это ошибка, её исправит ближайшая проверка"),
}
OF_HOST = {
    Kind.BREAKER: _(
        "Шаг «%(label)s» ждёт до %(until)s: сервер %(host)s недавно отказывал, запросы к нему приостановлены"
    ),
    Kind.CROWDED: _("Шаг «%(label)s» ждёт до %(until)s: сервер %(host)s ещё не ответил на другие запросы"),
    Kind.RATE_LIMIT: _("Шаг «%(label)s» ждёт до %(until)s: превышен лимит запросов сервера %(host)s"),
}
OF_EVENT = {
    (True, False): _("Шаг «%(label)s» ждёт события %(event)s, предмет — %(subject)s"),
    (False, True): _("Шаг «%(label)s» ждёт события %(event)s, но не дольше чем до %(until)s"),
    (True, True): _("Шаг «%(label)s» ждёт события %(event)s, предмет — %(subject)s, но не дольше чем до %(until)s"),
}
"""By whether the step waits for an event about something, and whether it waits to a time only."""
HOPS = {
    For.SLOT: _(
        "запуск %(run)s («%(workflow)s») ждёт свободного места, которое занимает запуск %(on)s («%(on_workflow)s»)"
    ),
    For.CHILD: _("запуск %(run)s («%(workflow)s») ждёт конца дочернего запуска %(on)s («%(on_workflow)s»)"),
}
"""The parts of a circle, by what is waited for."""
PAUSED_BY = _("Приостановлен с %(since)s, кем: %(by)s")
PAUSED_WHY = _("Приостановлен с %(since)s, кем: %(by)s, причина: %(why)s")
OTHERS = _("(и ещё шагов: %(count)s)")
A_DAY = timedelta(hours=24)


def explained(reason: Reason, *, status: str, zone: tzinfo) -> str:
    """The reason as a sentence; `status` is the run's."""
    values = {name: "—" if value is None or value == "" else value for name, value in vars(reason).items()}
    values |= {name: _moment(value, zone) for name, value in vars(reason).items() if isinstance(value, datetime)}
    values["state"] = state(status)
    values["circle"] = "; ".join(gettext(HOPS[hop.why]) % vars(hop) for hop in reason.circle) or "—"
    text = gettext(_msgid(reason)) % values
    return f"{text} {gettext(OTHERS) % {'count': reason.steps - 1}}" if reason.steps > 1 else text


def _msgid(reason: Reason) -> str:
    if reason.kind is Kind.PAUSED and reason.by:
        return PAUSED_WHY if reason.why else PAUSED_BY
    if reason.kind is Kind.EVENT:
        return OF_EVENT.get((bool(reason.subject), reason.until is not None), SENTENCES[Kind.EVENT])
    return OF_HOST[reason.kind] if reason.host and reason.kind in OF_HOST else SENTENCES[reason.kind]


def _moment(value: datetime, zone: tzinfo) -> str:
    """The time of day where that says enough, else with its date."""
    local = timezone.localtime(value, zone)
    near = abs(timezone.now() - value) < A_DAY
    return f"{local:%H:%M:%S}" if near else f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
