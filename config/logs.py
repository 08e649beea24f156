"""One structured line per event on standard error: JSON into a file, coloured text on a terminal.

`dev.py` sends each process's output to `var/log/NAME.log`; a container keeps its output for the platform. Where
neither does, `NARYAD_LOG_DIR` names a folder and each process also writes its own file there.
Secrets are cut out and characters that forge lines are escaped on the way (`config.log_redaction`).
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from config.log_redaction import escape_values, hide_secrets, safe_line
from config.plain_structlog import structlog

QUIET = (
    "celery.app.trace",
    "celery.worker.strategy",
    "celery.utils.functional",
    "kombu",
    "amqp",
    "asyncio",
    "urllib3",
    "httpx",
    "httpcore",
    "telegram",
    "websockets",
)
"""Libraries whose information would drown ours, or name addresses that hold secrets."""

LEVELS = {"WARN": "WARNING", "FATAL": "CRITICAL", "HTTP": "DEBUG", "VERBOSE": "DEBUG", "SILLY": "DEBUG"}
"""Names of levels that other loggers use and people therefore write into `LOG_LEVEL`."""


def configure(*, level: str, process: str, directory: str = "") -> dict[str, Any]:
    """Set up structlog and return Django's LOGGING.

    `level` is a name such as INFO; with a `directory` every process also writes `directory/PROCESS.log`, which may be
    moved away at any time (it is opened again).
    """
    _forget_what_nobody_reads()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process(process),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handlers = _handlers(process, directory)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            name: {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder()],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors],
            }
            for name, processors in (("json", _json()), ("text", _text()))
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": LEVELS.get(level, level)},
        "loggers": {
            **{name: {"level": "WARNING"} for name in QUIET},
            # Django and uvicorn bring handlers of their own; one line per event is enough.
            **{
                name: {"handlers": [], "propagate": True}
                for name in ("django", "django.server", "uvicorn", "uvicorn.error")
            },
            "uvicorn.access": {"handlers": [], "propagate": False},  # `config.middleware` writes a line per request
            "django.request": {"level": "ERROR"},
        },
    }


def _handlers(process: str, directory: str) -> dict[str, Any]:
    handlers: dict[str, Any] = {
        "standard_error": {"class": "logging.StreamHandler", "formatter": "text" if sys.stderr.isatty() else "json"}
    }
    if directory:
        Path(directory).mkdir(parents=True, exist_ok=True)
        handlers["file"] = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(Path(directory) / f"{process}.log"),
            "encoding": "utf-8",
            "formatter": "json",
        }
    return handlers


def _forget_what_nobody_reads() -> None:
    """No line of ours names a source line, a thread or a process number; finding them out costs a third of a line."""
    logging._srcfile = None  # the way that Python's documentation names
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _json() -> list[Any]:
    return [
        _drop_colours,
        structlog.processors.format_exc_info,
        safe_line,
    ]


def _text() -> list[Any]:
    return [
        _drop_colours,
        structlog.processors.format_exc_info,
        hide_secrets,
        escape_values,
        structlog.dev.ConsoleRenderer(),
    ]


def _drop_colours(logger: Any, method: str, event: Any) -> Any:
    """uvicorn sends each message a second time, with colours."""
    event.pop("color_message", None)
    return event


def _add_process(process: str) -> Any:
    def add(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["process"] = process
        return event

    return add
