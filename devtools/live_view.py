"""A run drawn on the terminal: one line per step, with its state and times, as the socket tells it."""

from __future__ import annotations

import time
from datetime import datetime
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

FINISHED = frozenset({"succeeded", "failed", "stopped"})
STYLES = {"succeeded": "green", "failed": "bold red", "running": "bold cyan", "cancelled": "yellow", "skipped": "dim"}

Step = dict[str, Any]


class RunView:
    """What is known about a run. On a terminal it is redrawn in place, elsewhere each move is one line."""

    def __init__(self, console: Console, title: str) -> None:
        self.status = "pending"
        self.error: dict[str, Any] | None = None
        self._console = console
        self._title = title
        self._steps: dict[str, Step] = {}
        self._started: datetime | None = None
        self._opened = time.monotonic()
        self._live = Live(self._table(), console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> RunView:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.update(self._table())
            self._live.stop()

    @property
    def step_error(self) -> dict[str, Any] | None:
        """Why the first step that failed did."""
        return next((step["error"] for step in self._steps.values() if step.get("error")), None)

    @property
    def is_over(self) -> bool:
        return self.status in FINISHED

    def take(self, frame: dict[str, Any] | None) -> None:
        """Note what a frame tells, and show it."""
        kind = frame["type"] if frame else None
        if frame and kind == "snapshot":
            self._note_run(frame["execution"])
            for step in frame["steps"]:
                self._note_step(step["id"], step)
        elif frame and kind == "event":
            self._take_event(frame["event"])
        elif frame and kind == "hint":
            self._note_step(frame["step"], frame)
        if self._console.is_terminal:
            self._live.update(self._table())

    def _take_event(self, event: dict[str, Any]) -> None:
        payload, kind = event["payload"], event["type"]
        if kind.startswith("step.") and payload.get("stepId"):
            self._note_step(payload["stepId"], payload)
        elif kind.startswith("execution."):
            self._note_run({"status": kind.removeprefix("execution."), **payload})
        elif kind == "log":
            self._tell(f"[dim]{payload['level']}: {escape(payload['message'])}[/dim]")

    def _note_run(self, told: dict[str, Any]) -> None:
        self.status = {"started": "running", "resumed": "running", "retried": "running"}.get(
            told["status"], told["status"]
        )
        self.error = told.get("error") or self.error
        self._started = _moment(told.get("startedAt")) or self._started

    def _note_step(self, step_id: str, told: dict[str, Any]) -> None:
        before = self._steps.get(step_id, {})
        after = {**before, **{key: value for key, value in told.items() if value is not None}}
        self._steps[step_id] = after
        if not self._console.is_terminal and before.get("status") != after.get("status"):
            self._tell(escape(f"{after.get('label', step_id)}: {after.get('status')} {_duration(after)}".rstrip()))
            if after.get("error"):
                self._tell(escape(f"  {after['error']['code']}: {after['error']['message']}"))

    def _tell(self, line: str) -> None:
        """Print a line above the table, with the seconds since the view was opened."""
        self._console.print(f"{time.monotonic() - self._opened:7.2f} s  {line}", highlight=False)

    def _table(self) -> Table:
        table = Table(title=f"{self._title}: {self.status}", title_justify="left", expand=False)
        for heading in ("step", "node", "state", "attempt", "started", "took"):
            table.add_column(heading, no_wrap=True)
        for step in self._steps.values():
            status = str(step.get("status", ""))
            table.add_row(
                str(step.get("label", "")),
                str(step.get("nodeType", "")),
                Text(status, style=STYLES.get(status, "")),
                str(step.get("attempt") or ""),
                self._after_start(step),
                _duration(step),
            )
        return table

    def _after_start(self, step: Step) -> str:
        began = _moment(step.get("startedAt"))
        if began is None or self._started is None:
            return ""
        return f"+{max(0.0, (began - self._started).total_seconds()):.2f} s"


def _duration(step: Step) -> str:
    began, ended = _moment(step.get("startedAt")), _moment(step.get("finishedAt"))
    return f"{(ended - began).total_seconds():.2f} s" if began and ended else ""


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
