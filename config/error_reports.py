"""Errors told to a Sentry, or to what speaks its protocol; off unless `SENTRY_DSN` names one.

What is told is what the log says of an error: its event, its place in the code and its traceback, without variables,
bodies and headers. Whatever is left is masked like a line of the log, and by value for the secrets of the installation.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any, Final

from config import log_redaction
from integrations import redaction

PLACES: Final = ("exception", "logentry", "extra")
"""The parts of a report that hold words of ours; the others come from the library."""
SENDERS: Final = ("sentry_sdk", "urllib3")
"""Whose own troubles are not told: telling them would bring the next."""


def start(*, dsn: str, environment: str, process: str, secrets: Iterable[str]) -> None:
    """Tell errors from now on. Without a `dsn` nothing happens, and nothing is loaded."""
    if not dsn:
        return
    # A vendor's library that most installations do without.
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        server_name=process,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            AtexitIntegration(callback=lambda _pending, _timeout: None),
            DedupeIntegration(),
            ExcepthookIntegration(),
        ],
        before_send=_masking(secrets),
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        send_default_pii=False,
        auto_session_tracking=False,
    )
    logging.getLogger().addHandler(_Reports(level=logging.ERROR))


class _Reports(logging.Handler):
    """Tells of each line of the log that is an error."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(SENDERS):
            return
        import sentry_sdk
        from sentry_sdk.utils import event_from_exception

        said = dict(record.msg) if isinstance(record.msg, dict) else {"event": record.getMessage()}
        error = _error(said.pop("exc_info", None) or record.exc_info)
        report, hint = event_from_exception(error, sentry_sdk.get_client().options) if error else ({}, {})
        report["level"] = record.levelname.lower()  # type: ignore[typeddict-item]
        report["logger"] = record.name
        report["logentry"] = {"message": str(said.pop("event", ""))}
        report["extra"] = {name: str(value) for name, value in said.items() if not name.startswith("_")}
        sentry_sdk.capture_event(report, hint)


def _error(named: Any) -> BaseException | None:
    """What a log line calls its exception: the exception, the three parts of one, or that there is one."""
    if isinstance(named, tuple):
        return named[1]
    return sys.exception() if named is True else named


def _masking(secrets: Iterable[str]) -> Any:
    """What the library asks before it sends a report."""
    own = redaction.Redactor(secrets)

    def mask(report: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
        said = log_redaction.hidden({place: report[place] for place in PLACES if place in report})
        of_the_run = redaction.current()
        return {**report, **own.value(of_the_run.value(said) if of_the_run else said)}

    return mask
