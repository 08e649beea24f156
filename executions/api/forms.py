"""`/forms/{address}`: a page with the form of a workflow, made from its schema. Open to whoever knows the address."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError
from accounts.logins import client_address, counted_address
from executions.api import hook_answers
from executions.errors import HookBusy, HookNotFound
from executions.models import Listener
from executions.realtime.waiting import wait_for_answer, wait_until_finished
from executions.services import reacting
from executions.services.reacting import Occurrence
from integrations import event_payloads, event_types
from integrations.errors import FileTooLarge
from integrations.event_names import MAX_SUBJECT
from integrations.files import FileStore
from workflows.graph import form_schema
from workflows.items import attached

PER_MINUTE: Final = 30
POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox "
    "allow-forms"
)
INPUTS: Final = {"email": "email", "date": "date", "date-time": "datetime-local", "phone": "tel", "file": "file"}


@csrf_exempt
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, address: str) -> HttpResponse:
    """Show the form, or take it in: then its run has been started before the answer. It knows no session."""
    try:
        listener = reacting.addressed(address, "trigger-form")
    except HookNotFound:
        raise Http404 from None
    if request.method == "GET":
        return _page(request, listener, {}, {})
    given = request.POST.dict()
    fields = listener.config["fields"]
    uploads = _uploads(fields, request)
    written = {name: text for name, text in given.items() if name not in _file_fields(fields)}
    values, faults = form_schema.read(fields, {**written, **uploads})
    if faults:
        return _page(request, listener, given, faults, status=422)
    try:
        reacting.hold_floods(listener, client=counted_address(client_address(request.META)), per_minute=PER_MINUTE)
        reaction = _take_in(listener, values, _kept(listener, uploads)).reaction
    except FileTooLarge:
        said = _("Файлы слишком велики или для них нет места: выберите поменьше")
        return _page(request, listener, given, {}, refusal=said, status=413)
    except HookBusy as busy:
        return _page(request, listener, given, {}, refusal=str(busy.message), status=429)
    except DomainError as error:
        return _page(request, listener, given, {}, refusal=str(error.message), status=409)
    if reaction.execution_id is None:
        return _page(request, listener, given, {}, refusal=reaction.get_outcome_display(), status=409)
    return _answered(request, listener, reaction.execution_id)


def _answered(request: HttpRequest, listener: Listener, run_id: uuid.UUID) -> HttpResponse:
    """At once, or when the run has ended or has said something; whoever waits is told in time that it goes on."""
    mode, seconds = listener.config.get("answer", "at_once"), float(listener.config.get("waitSeconds", 30))
    thanks = listener.config.get("thanks") or _("Спасибо, принято")
    if mode == "node":
        answer = wait_for_answer(run_id, seconds)
        if answer is not None:
            return hook_answers.of_node(answer)
    if mode != "at_once":
        run = wait_until_finished(run_id, seconds if mode == "finished" else 0)
        if not run.is_over:
            going_on = _("Принято, но результат ещё готовится")
            return _show(request, {"config": listener.config, "thanks": going_on}, 202)
        if run.status != "succeeded":
            failed = _("Принято, но обработать не получилось: об этом уже известно тем, кто ведёт процесс")
            return _show(request, {"config": listener.config, "thanks": failed}, 409)
    return _show(request, {"config": listener.config, "thanks": thanks})


def _uploads(schema: Mapping[str, Any], request: HttpRequest) -> dict[str, list[UploadedFile]]:
    """The files that were sent, by the fields that take some."""
    return {name: files for name in _file_fields(schema) if (files := request.FILES.getlist(name))}


def _file_fields(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: field for name, field in schema["properties"].items() if field.get("format") == form_schema.FILE}


def _kept(listener: Listener, uploads: Mapping[str, list[UploadedFile]]) -> dict[str, dict[str, Any]]:
    """The files as an item carries them: under the name of their field, several as `name_0`, `name_1`."""
    store = FileStore(listener.project_id)
    return {
        name if len(files) == 1 else f"{name}_{number}": store.put(
            file.read(), name=file.name or "", mime=file.content_type or ""
        )
        for name, files in uploads.items()
        for number, file in enumerate(files)
    }


def _take_in(listener: Listener, values: dict[str, Any], files: Mapping[str, dict[str, Any]]) -> Occurrence:
    name = listener.config.get("event") or "form.submitted"
    event_payloads.check(name, values)
    subject = str(values.get(listener.config.get("subjectField") or "", "") or "")
    subject = subject or event_types.subject_of(name, values)
    item = attached.with_files(values, files)
    return reacting.occur(
        listener,
        name=name,
        subject=subject[:MAX_SUBJECT],
        payload=item,
        source="form",
        input_data=item,
        answered=True,
    )


def _page(
    request: HttpRequest,
    listener: Listener,
    given: dict[str, Any],
    faults: dict[str, str],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    schema = listener.config["fields"]
    needed = set(schema.get("required", ()))
    fields = [
        {
            "name": name,
            "title": field.get("title") or name,
            "hint": field.get("description", ""),
            "kind": _kind(field),
            "choices": field.get("enum", []),
            "value": given.get(name, field.get("default", "")),
            "fault": _(faults[name]) if name in faults else "",
            "needed": name in needed,
            "many": bool(field.get("many")),
        }
        for name, field in schema["properties"].items()
    ]
    takes_files = any(field["kind"] == "file" for field in fields)
    told = {"config": listener.config, "fields": fields, "refusal": refusal, "takes_files": takes_files}
    return _show(request, told, status)


def _kind(field: dict[str, Any]) -> str:
    if field.get("enum"):
        return "choice"
    if field.get("format") == "textarea":
        return "textarea"
    if field.get("type") == "boolean":
        return "checkbox"
    if field.get("type") in ("number", "integer"):
        return "number"
    return INPUTS.get(field.get("format", ""), "text")


def _show(request: HttpRequest, values: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, "forms/form.html", values, status=status)
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
