"""The link report for people, in the language of the moment: as Markdown, and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from workflows.graph.links.model import Terminality
from workflows.services.link_report import Entry, Told


def as_markdown(entries: Sequence[Entry], *, now: datetime) -> str:
    """The report: faults by workflow, legal ends by class, what could be better, and the verdict."""
    lines = [
        "# " + _("Отчёт о связях рабочих процессов"),
        "",
        _("Дата") + f": {date_format(timezone.localtime(now))}",
        "",
    ]
    lines += _faults(entries)
    lines += _ends(entries)
    lines += _advice(entries)
    lines += _verdict(entries)
    return "\n".join(lines) + "\n"


def as_html(entries: Sequence[Entry], *, now: datetime) -> str:
    """The same as a page of its own. Everything in it that comes from a workflow is escaped."""
    title = escape(_("Отчёт о связях рабочих процессов"))
    body = as_markup(entries, now=now)
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title>\n{body}\n'


def as_markup(entries: Sequence[Entry], *, now: datetime) -> SafeString:
    """The same for a place inside a page: headings, paragraphs and lists."""
    body: list[str] = []
    inside = False
    for line in as_markdown(entries, now=now).splitlines():
        level = len(line) - len(line.lstrip("#"))
        text = escape(line.lstrip("#- ").strip())
        if not text:
            continue
        tag = f"h{level}" if level else "li" if line.lstrip().startswith("-") else "p"
        if (tag == "li") is not inside:
            inside = not inside
            body.append("<ul>" if inside else "</ul>")
        body.append(f"<{tag}>{text}</{tag}>")
    if inside:
        body.append("</ul>")
    return mark_safe("\n".join(body))  # noqa: S308 - every text in it is escaped above


def title_of(entry: Entry) -> str:
    """How people call it: code, name and version, or name and file."""
    named = " ".join(part for part in (_line(entry.file), entry.version) if part)
    return f"{_line(entry.name)} ({named})" if entry.name else named


def _faults(entries: Sequence[Entry]) -> list[str]:
    lines = ["## " + _("Требует исправления"), ""]
    for entry in entries:
        found = [one for one in entry.findings if one.severity != "info"]
        if entry.error is None and not found:
            continue
        lines += [f"### {title_of(entry)}", ""]
        if entry.error is not None:
            lines.append("- " + _("Не читается") + f": {_line(entry.error)}")
        for one in sorted(found, key=lambda told: told.severity != "error"):
            lines += _finding(one)
        lines.append("")
    return [*lines, _("Ничего"), ""] if len(lines) == 2 else lines


def _finding(one: Told) -> list[str]:
    words = _("Проблема") if one.severity == "error" else _("Предупреждение")
    place = f"«{_line(one.node)}»: " if one.node else ""
    lines = [f"- {words}: {place}{_line(one.message)} [{one.code}]"]
    return [*lines, "  - " + _("Решение") + f": {_line(one.suggestion)}"] if one.suggestion else lines


def _ends(entries: Sequence[Entry]) -> list[str]:
    titles: dict[Terminality, str] = {
        "complete": _("Завершение"),
        "respond": _("Ответы на вебхук"),
        "notification": _("Уведомления"),
        "stop": _("Остановка с ошибкой"),
        "save-error": _("Сохранение ошибки"),
        "other": _("Другие"),
    }
    lines = ["## " + _("Нормальные последние узлы"), ""]
    for kind, title in titles.items():
        rows = [
            f"- {title_of(entry)}: {', '.join(_line(name) for name in entry.terminals[kind])}"
            for entry in entries
            if entry.terminals and kind in entry.terminals
        ]
        if rows:
            lines += [f"### {title}", "", *rows, ""]
    return lines


def _advice(entries: Sequence[Entry]) -> list[str]:
    lines = ["## " + _("Возможные улучшения"), ""]
    for entry in entries:
        lines += [
            f"- {title_of(entry)}: «{_line(one.node)}» — {_line(one.message)}"
            + (f" → {_line(one.suggestion)}" if one.suggestion else "")
            for one in entry.findings
            if one.severity == "info"
        ]
    return [*lines, _("Ничего"), ""] if len(lines) == 2 else [*lines, ""]


def _verdict(entries: Sequence[Entry]) -> list[str]:
    bad = [entry for entry in entries if not entry.ready]
    lines = ["## " + _("Заключение"), ""]
    ready, unready = _("готов"), _("не готов")
    lines += [f"- {title_of(entry)}: {ready if entry.ready else unready}" for entry in entries]
    summary = _("Готово к импорту") if not bad else _("Не готово к импорту: исправьте %(count)s из %(all)s")
    return [*lines, "", summary % {"count": len(bad), "all": len(entries)} if bad else summary]


def _line(text: str) -> str:
    """A text in one line, whatever people have put into a name."""
    return " ".join(text.split())[:500]
