"""Celery carries doorbells and nothing else: whatever a message decided would be lost with it.

The product is meant; `bench/peers` does the same work in bare Celery, for comparison.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import modules, name, parsed

CANVAS = frozenset({"chain", "chord", "group", "chunks", "signature", "subtask", "starmap", "xmap"})
LATE = frozenset({"eta", "countdown", "expires", "link", "link_error", "chain", "chord", "group_id"})
SENDERS = frozenset({"apply_async", "send_task", "retry", "s", "si", "delay"})
WAITERS = frozenset({"AsyncResult", "GroupResult", "ResultSet", "EagerResult"})


def test_no_module_builds_a_canvas_or_waits_for_a_result() -> None:
    found = [
        f"{name(path)}:{node.lineno} {alias.name}"
        for path in _product()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "celery"
        for alias in node.names
        if alias.name in CANVAS | WAITERS
    ]
    assert not found


def test_no_message_is_sent_late_or_with_a_sequel() -> None:
    found = [
        f"{where} {word.arg}"
        for where, call in _calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr in SENDERS
        for word in call.keywords
        if word.arg in LATE
    ]
    assert not found


def test_no_task_asks_celery_to_run_it_again() -> None:
    """R3-22."""
    bound = [
        f"{where} {word.arg}"
        for where, call in _calls()
        if _called(call) in {"shared_task", "task"}
        for word in call.keywords
        if word.arg in {"bind", "autoretry_for", "max_retries", "default_retry_delay", "retry_backoff", "acks_late"}
    ]
    assert not bound


def test_only_the_doorbell_sends_tasks() -> None:
    """R3-22."""
    senders = {
        where.split(":")[0]
        for where, call in _calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"apply_async", "send_task", "delay"}
    }
    assert senders <= {"integrations/doorbell.py"}


def _product() -> Iterator[Path]:
    return (path for path in modules(tests=False) if not name(path).startswith("bench/peers/"))


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in _product():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                yield f"{name(path)}:{node.lineno}", node


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
