"""One structured line per event on standard error: JSON into a file, coloured text on a terminal.

`dev.py` sends each process's output to `var/log/NAME.log`; a container keeps its output for the platform.
"""

from __future__ import annotations

import sys
from typing import Any

import structlog

QUIET = ("celery.utils.functional", "kombu", "amqp", "asyncio", "urllib3", "httpx", "httpcore", "websockets")
"""Libraries whose information would drown ours, or name addresses that hold secrets."""


def configure(*, level: str, process: str) -> dict[str, Any]:
    """Set up structlog and return Django's LOGGING. `level` is a name such as INFO."""
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
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder()],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering()],
            }
        },
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["standard_error"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in QUIET},
            # Django and uvicorn bring handlers of their own; one line per event is enough.
            **{
                name: {"handlers": [], "propagate": True}
                for name in ("django", "django.server", "uvicorn", "uvicorn.error", "uvicorn.access")
            },
            "django.request": {"level": "ERROR"},
        },
    }


def _rendering() -> list[Any]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer()]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


def _add_process(process: str) -> Any:
    def add(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["process"] = process
        return event

    return add
