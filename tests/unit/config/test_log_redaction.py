from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from config import logs
from config.log_redaction import HIDDEN, SECRET_MARKS, SECRET_TEXTS, escape_forgery, hide_secrets, safe_line

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "event",
    [
        {"authorization": f"Bearer {JWT}"},
        {"headers": {"Authorization": f"Bearer {JWT}", "Cookie": "sessionid=topsecret99"}},
        {"event": f"sent Authorization: Bearer {JWT}"},
        {"event": f"token={JWT}"},
        {"error": [f"refused {JWT}"]},
        {"password": "topsecret99"},
        {"current_password": "topsecret99"},
        {"api_key": "topsecret99", "WB_API_KEY": "topsecret99"},
        {"refresh": JWT, "access": JWT, "token": JWT, "refresh_token": JWT},
        {"url": "https://api.telegram.org/bot123456789:topsecret99_topsecret99_abcd/getMe"},
        {"url": "postgresql://naryad:topsecret99@localhost/naryad"},
        {"event": "Basic dG9wc2VjcmV0OTk6eA=="},
        {"error": ValueError(f"refused Bearer {JWT}")},
        {"details": {"headers": [{"Cookie": "sessionid=topsecret99"}]}},
    ],
)
def test_no_secret_reaches_a_line(event: dict[str, Any]):
    """S39, S3-23: lines may be shown to people who hold no secrets."""
    for line in (json.dumps(hide_secrets(None, "info", event)), safe_line(None, "info", event)):
        assert HIDDEN in line
        for secret in ("topsecret99", JWT, "dG9wc2VjcmV0OTk6eA"):
            assert secret not in line


@given(st.sampled_from([pattern for pattern, _replacement in SECRET_TEXTS]).flatmap(st.from_regex))
def test_whatever_is_cut_holds_a_mark(text: str):
    """S39: a text without a mark is passed on unread, so no secret may be without one."""
    assert any(mark in text.lower() for mark in SECRET_MARKS)


def test_ordinary_words_stay():
    event = {
        "event": "Basic authentication, bearer of news, token HTTP/1.1",
        "step_id": "x",
        "path": "/api/v1/auth/token/refresh",
        "token_version": 3,
    }
    assert hide_secrets(None, "info", dict(event)) == event


@pytest.mark.parametrize("forger", ["\n", "\r\n", "\x1b[2J", "\x9b31m", "\u2028", "\u202e", "\x00", "\x85"])
def test_no_character_forges_a_line(forger: str):
    """S39: one event is one line of plain characters."""
    line = safe_line(None, "info", {"name": f"a{forger}b"})
    assert line == escape_forgery(None, "info", json.dumps({"name": f"a{forger}b"}, ensure_ascii=False))
    assert line.isprintable()
    assert json.loads(line) == {"name": f"a{forger}b"}


@pytest.fixture
def log_into(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Sets logging up to write into `tmp_path`, and back to what the settings say."""

    def configure(level: str, process: str) -> None:
        logging.config.dictConfig(logs.configure(level=level, process=process, directory=str(tmp_path)))

    yield configure
    opened = [handler for handler in logging.getLogger().handlers if isinstance(handler, WatchedFileHandler)]
    logging.config.dictConfig(logs.configure(level=settings.LOG_LEVEL, process=settings.PROCESS))
    for handler in opened:
        handler.close()


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_process_writes_its_own_file(tmp_path: Path, log_into: Callable[..., None]):
    """S3-23: levels, ids bound to every line, and a file per process that may be moved away."""
    log_into(level="WARN", process="ticker")
    with structlog.contextvars.bound_contextvars(execution_id="e1", step_id="s1"):
        structlog.get_logger("naryad.test").warning("step.failed", name="строка\nещё", password="x" * 9)
        structlog.get_logger("naryad.test").info("too quiet")
    (tmp_path / "ticker.log").rename(tmp_path / "ticker.log.1")
    logging.getLogger("naryad.plain").error("from %s", "a library")
    (line,) = written(tmp_path / "ticker.log.1")
    assert {
        name: line[name] for name in ("event", "level", "process", "execution_id", "step_id", "name", "password")
    } == {
        "event": "step.failed",
        "level": "warning",
        "process": "ticker",
        "execution_id": "e1",
        "step_id": "s1",
        "name": "строка\nещё",
        "password": HIDDEN,
    }
    assert written(tmp_path / "ticker.log")[0]["event"] == "from a library"


def test_an_exception_is_one_line(tmp_path: Path, log_into: Callable[..., None]):
    log_into(level="INFO", process="web")
    try:
        int("line one\nline two")
    except ValueError:
        structlog.get_logger("naryad.test").exception("request.failed")
    (line,) = written(tmp_path / "web.log")
    assert "ValueError: invalid literal" in line["exception"]
