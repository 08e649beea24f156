"""Inside the process of a step: it shares nothing with its parent but two pipes, and ends when its parent does."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import structlog
from django.db import connections

from executions.context import StepContext
from executions.isolation import wire
from integrations.scope import CancelHandle
from workflows.node_type import NodeType

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 0.5
"""How long a step that has been told to end may still say what it has done outside."""

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGALRM, signal.SIGUSR1)

T = TypeVar("T")


def live(context: StepContext, node_type: NodeType, *, results: int, control: int) -> NoReturn:
    """Run the node, say on `results` what became of it, and end. Never returns, never raises."""
    try:
        tell = _Teller(results)
        _part(context, tell)
        threading.Thread(target=_obey, args=(control, context.cancel), name="obey", daemon=True).start()
        tell(_last_frame(context, node_type))
    except BaseException:  # the stack above belongs to the parent
        log.exception("isolated step could not tell its result")
    finally:
        os._exit(0)


def _last_frame(context: StepContext, node_type: NodeType) -> bytes:
    try:
        return _said(context, node_type)
    except Exception as unsayable:  # what the node gave as the details of an error is no JSON
        return wire.written(wire.of_error(unsayable))
    finally:
        connections.close_all()


def _said(context: StepContext, node_type: NodeType) -> bytes:
    try:
        return wire.written(wire.of_outcome(node_type.run(context)))
    except BaseException as error:  # also `sys.exit`
        return wire.written(wire.of_error(error))


def _part(context: StepContext, tell: _Teller) -> None:
    """Give up what a fork copies and what must not be used by two."""
    os.setpgid(0, 0)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    # If the parent is gone, and a C function lets no thread of ours run, the kernel still ends the process.
    left = max(0.0, context.deadline - time.monotonic())
    signal.setitimer(signal.ITIMER_REAL, left + 3 * GRACE_SECONDS)
    with suppress(OSError):  # when memory runs out, this process goes and not the worker
        Path("/proc/self/oom_score_adj").write_text("1000")
    gc.freeze()
    for alias in connections:  # psycopg says goodbye to the server only in the process that has opened a connection
        del connections[alias]
        connections.settings[alias]["OPTIONS"].pop("pool", None)
    context.cancel = CancelHandle()
    context.log.lines = _Told(lambda event: tell(wire.written(wire.of_line(event))))
    context.effects = _Told(lambda sent: tell(wire.written(wire.of_sent(sent))))
    if context.vault is not None:
        context.vault.on_learning(lambda secret: tell(wire.written(wire.of_secret(secret))))


def _obey(control: int, cancel: CancelHandle) -> None:
    """End when the parent closes its end of the pipe or dies: cut calls to the outside, and be gone soon."""
    os.read(control, 1)
    cancel.cancel()
    time.sleep(GRACE_SECONDS)
    os._exit(1)


class _Teller:
    """Writes whole lines, from any thread."""

    def __init__(self, results: int) -> None:
        self._results = results
        self._lock = threading.Lock()

    def __call__(self, line: bytes) -> None:
        rest = memoryview(line)
        with self._lock:
            while rest:
                rest = rest[os.write(self._results, rest) :]


class _Told(list[T]):
    """A list of which the parent is told everything that is added."""

    def __init__(self, tell: Callable[[T], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, value: T) -> None:
        super().append(value)
        self._tell(value)
