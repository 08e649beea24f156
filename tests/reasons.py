"""Why tests failed, in a few lines each, printed after everything else: the end of a log is what is seen of it.

A plugin of pytest. Tracebacks and what was logged stand above, in their usual place.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

HEAD, TAIL = 3, 5
"""Lines of one message that are shown: what the test says comes first, what pytest says about its values last."""
COMPARED: Final = "assert "
"""How pytest's line on the values begins. Where `CI` is set, a whole difference comes behind it."""
WIDTH: Final = 300
LINKS: Final = 6
"""Exceptions of one chain that are shown, the last ones."""

REASONS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REASONS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    if report.failed:
        title = f"{item.nodeid} ({report.when})"
        found = few_lines(call.excinfo.value) if call.excinfo else report.longreprtext.splitlines()[-TAIL:]
        item.config.stash[REASONS].append("\n".join([title, *(f"    {line}" for line in found)]))
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    yield
    if reasons := config.stash[REASONS]:
        terminalreporter.section("why, from the first cause to what was raised")
        for reason in reasons:
            terminalreporter.write_line(reason)


def few_lines(raised: BaseException) -> list[str]:
    """Where, type and message of an exception and of those that led to it, the earliest first."""
    return [line for link in _chain(raised)[-LINKS:] for line in _one(link)]


def _chain(raised: BaseException) -> list[BaseException]:
    """The exception after its causes, or after what was handled when it was raised; members of a group before it."""
    chain: list[BaseException] = []
    left: list[BaseException | None] = [raised]
    while left:
        link = left.pop()
        if link is None or link in chain:
            continue
        chain.insert(0, link)
        left.append(link.__cause__ or (None if link.__suppress_context__ else link.__context__))
        if isinstance(link, BaseExceptionGroup):
            left += link.exceptions
    return chain


def _one(link: BaseException) -> list[str]:
    lines = "".join(traceback.format_exception_only(link)).splitlines()
    if len(lines) > HEAD + TAIL:
        between = lines[HEAD:-TAIL]
        compared = [line for line in between if line.startswith(COMPARED)][:1]
        lines = [*lines[:HEAD], f"… {len(between)} lines …", *compared, *lines[-TAIL:]]
    frames = traceback.extract_tb(link.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}: " if frames else ""
    return [line[:WIDTH] for line in [where + lines[0], *lines[1:]]]
