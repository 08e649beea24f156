"""Orders and sales: two reports that are asked for in the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.step_rows import StepRows
from integrations.wildberries.client import REPORT_SECONDS, Report
from integrations.wildberries.forecast import Size, day_count
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.limits import Method
from integrations.wildberries.reports import KEPT_DAYS, Page, Row, day_batches, latest
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, NodeContext, NodeType, Outcome, Permanent, Port
from workflows.wildberries import steps
from workflows.wildberries.choices import PeriodChoice

PIECE = 1_000
"""Rows that are stored at a time."""

MAX_ITEMS = 20_000
"""About as many rows as a step may hand on: a row is half a kilobyte."""


class ReportChoice(PeriodChoice):
    """Which rows of a report, and what becomes of them."""

    period: int = Field(
        default=1,
        ge=1,
        le=KEPT_DAYS,
        title=gettext_noop("Период, дней"),
        description=gettext_noop("Сколько последних полных суток по Москве; Wildberries хранит данные 90 дней"),
    )
    by: Literal["change", "day"] = Field(
        default="change",
        title=gettext_noop("Отбор"),
        description=gettext_noop(
            "change – всё, что изменилось с начала первого дня по эту минуту; day – всё, что оформлено в выбранные дни"
        ),
    )
    output: Literal["items", "dataset"] = Field(
        default="items",
        title=gettext_noop("Куда отдать строки"),
        description=gettext_noop(
            "items – дальше по схеме, не больше 20 000; dataset – только в набор данных узла, сколько бы их ни было"
        ),
    )


class ReportNode(NodeType):
    """Reads a report page by page or day by day. Rows are known by `srid` and `saleID`, the newest one counts."""

    group = "wildberries"
    Config = ReportChoice
    inputs = (Port("in", _("Запуск")),)
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 300.0
    report: ClassVar[Report]
    nothing: ClassVar[str | Promise]
    """Said when Wildberries answers none of the requests, with a place for the %(reason)s."""

    def requests(self, config: ReportChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        """By change: a page, and the one that says that there is no more."""
        return {self.report: day_count(config.days(today)) if config.by == "day" else 2}

    def run(self, context: NodeContext) -> Outcome:
        client = steps.client_of(context)
        work = steps.gathering(context, lambda: _plan(context, client.today))
        rows = context.connect(StepRows) if context.config.output == "dataset" else None

        def ask(batch: Batch) -> Taken:
            by_day = context.config.by == "day"
            page = Page([] if by_day else work.facts["seen"])
            told = page.news(client.report(self.report, since=batch["since"], whole_day=by_day))
            taken = _collected(told, len(work.collected)) if rows is None else _stored(told, rows, work.kept)
            since = None if by_day else page.next_since(batch["since"])
            work.facts["seen"] = page.seen() if since else []
            return Taken(taken.items, following=[{"since": since}] if since else [], kept=taken.kept)

        return steps.go_on(context, work, ask, reserve=REPORT_SECONDS + 15) or self._done(context, work, rows)

    def _done(self, context: NodeContext, work: Gathering, rows: StepRows | None) -> Done:
        port = self.outputs[0].name
        if rows is None:
            items = latest(work.collected)
            outcome = steps.done(work, port, items, code="no_report", nothing=self.nothing)
            context.log.info(gettext_noop("Получено строк отчёта: %(count)s"), count=len(items))
            return outcome
        steps.refuse_nothing(work, code="no_report", nothing=self.nothing)
        name = rows.finish(work.kept)
        context.log.info(gettext_noop("Сохранено строк отчёта в набор данных: %(count)s"), count=work.kept)
        summary: Item = {"dataset": name, "rows": work.kept, "begin": work.facts["begin"]}
        return Done({"summary": [summary], **({"errors": work.errors} if work.errors else {})})


REPORT_PORTS = (
    Port("summary", _("Итог, если строки только сохранены")),
    Port("errors", _("Чего не удалось получить")),
)


def _plan(context: NodeContext, today: dt.date) -> Gathering:
    """Days do not change while a step waits. What is older than Wildberries keeps is not asked for."""
    begin, end = context.config.days(today)
    oldest = today - dt.timedelta(days=KEPT_DAYS - 1)
    if begin < oldest:
        told = gettext_noop("Wildberries хранит отчёты 90 дней: данные берутся с %(day)s")
        context.log.warning(told, day=oldest.isoformat())
        begin = oldest
    batches = day_batches(begin, end) if context.config.by == "day" else [{"since": begin.isoformat()}]
    return Gathering.plan(batches, begin=begin.isoformat(), seen=[])


def _collected(rows: Iterable[Row], already: int) -> Taken:
    items: list[dict[str, Any]] = []
    for row in rows:
        items.append(row)
        if already + len(items) > MAX_ITEMS:
            message = _("Строк больше %(limit)s: сохраните их в набор данных (output: dataset) или уменьшите период")
            raise Permanent("too_many_rows", message, limit=MAX_ITEMS)
    return Taken(items)


def _stored(rows: Iterable[Row], store: StepRows, already: int) -> Taken:
    """Stored as they come, from the place on where earlier pages end: a page that is asked for again fills the same."""
    kept = 0
    for piece in _pieces(rows):
        store.put(piece, start=already + kept)
        kept += len(piece)
    return Taken(kept=kept)


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
