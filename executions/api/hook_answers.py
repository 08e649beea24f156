"""What the caller of a webhook is told. Answers come from the address of the admin, so a browser runs none of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string

from accounts.errors import DomainError
from executions.models import Execution, RunAnswer
from executions.services.children import result_of
from integrations import safe_json
from integrations.files import UNKNOWN_TYPE, FileStore
from workflows.items import attached

JSON: Final = "application/json"


def refused(error: DomainError, retry_after: float = 0.0) -> HttpResponse:
    """An error in the shape of the API's, with the status that the roof gives it."""
    status = import_string(settings.ERROR_STATUS)(error)
    said = {"code": error.code, "message": str(error.message), "details": error.details}
    response = _sealed(safe_json.dumps(said), JSON, status)
    if retry_after:
        response["Retry-After"] = str(int(retry_after) + 1)
    return response


def accepted(execution_id: uuid.UUID, *, duplicate: bool) -> HttpResponse:
    """The call was taken in; its run goes on."""
    return _sealed(safe_json.dumps({"executionId": execution_id, "duplicate": duplicate}), JSON, 202)


def repeated(execution_id: uuid.UUID) -> HttpResponse:
    """The call had been taken in before: 200, for there is nothing left to do for it."""
    return _sealed(safe_json.dumps({"executionId": execution_id, "duplicate": True}), JSON, 200)


def challenge(text: str) -> HttpResponse:
    """What a sender wants to hear before it sends anything."""
    return _sealed(text, "text/plain; charset=utf-8", 200)


def finished(execution_id: uuid.UUID, *, duplicate: bool, result: str = "report") -> HttpResponse:
    """The end of the run with what it gives back; 202 while it goes on. `result` is a choice of `trigger-webhook`."""
    run = Execution.objects.get(pk=execution_id)
    if run.finished_at is None:
        return accepted(execution_id, duplicate=duplicate)
    if result != "report" and run.status == "succeeded":
        return _result(run, result)
    said = {
        "executionId": run.pk,
        "status": run.status,
        "output": result_of(run) if run.status == "succeeded" else None,
        "duplicate": duplicate,
    }
    return _sealed(safe_json.dumps(said), JSON, 200 if run.status == "succeeded" else 500 if run.error else 409)


def _result(run: Execution, result: str) -> HttpResponse:
    """The items that a run gives back, without a word about the run: the first, all, or the first one's first file."""
    items = result_of(run)
    first = items[0] if items else {}
    if result == "file":
        file = next(iter(attached.files_of(first).values()), None)
        return _sealed("", JSON, 204) if file is None else _file(run, file, "", 200)
    plain = [attached.without_files(item) for item in items]
    return _sealed(safe_json.dumps(plain if result == "all" else plain[0] if plain else {}), JSON, 200)


def _file(run: Execution, file: Mapping[str, Any], kind: str, status: int) -> HttpResponse:
    """Raises `FileGone`."""
    content = FileStore(run.project_id).read(file)
    return _sealed(content, kind or str(file.get("mimeType") or UNKNOWN_TYPE), status)


def of_node(answer: RunAnswer) -> HttpResponse:
    """What the run's node has said: a text as it is, a file with its content, anything else as JSON."""
    headers: Mapping[str, Any] = answer.headers
    kind = next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "")
    is_text = isinstance(answer.body, str)
    if isinstance(answer.body, Mapping) and set(answer.body) == {attached.FILE}:
        response = _file(answer.execution, answer.body[attached.FILE], kind, answer.status)
    else:
        body = "" if answer.body is None else answer.body if is_text else safe_json.dumps(answer.body)
        response = _sealed(body, kind or ("text/plain; charset=utf-8" if is_text else JSON), answer.status)
    for name, value in headers.items():
        if name.lower() != "content-type":
            response[name] = str(value)
    return response


def _sealed(body: str | bytes, kind: str, status: int) -> HttpResponse:
    content = body.encode("utf-8", "replace") if isinstance(body, str) else body
    response = HttpResponse(content, content_type=kind, status=status)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "no-store"
    return response
