"""`/hooks/{address}`: a call from outside becomes an event and a run, before it is answered."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.errors import DomainError
from accounts.logins import client_address, counted_address
from executions.api import hook_answers, hook_bodies
from executions.api.hook_proofs import Call, verify
from executions.errors import HookBusy, HookMethod, HookNotStarted, HookRefused, HookTooLarge
from executions.models import Listener, Reaction
from executions.realtime.waiting import wait_for_answer, wait_until_finished
from executions.services import reacting
from executions.services.reacting import Occurrence
from integrations import event_payloads, event_types
from integrations.event_names import MAX_SUBJECT
from workflows.items import paths

SOURCE: Final = "webhook"
MINUTE: Final = 60.0
DELIVERY_HEADERS: Final = ("idempotency-key", "x-github-delivery", "x-delivery-id")
"""By which senders name a delivery, where the proof does not."""
MAX_KEY: Final = 150


@csrf_exempt
def receive(request: HttpRequest, address: str) -> HttpResponse:
    """Take in a call. 202 with the id of the run (a repeat: 200 with the same id), or what the hook's settings say."""
    return _received(request, lambda: reacting.addressed(address, "trigger-webhook"))


@csrf_exempt
def receive_as_before(request: HttpRequest, path: str) -> HttpResponse:
    """Take in a call of a workflow that came from n8n, at the path that it had there."""
    return _received(request, lambda: reacting.known_as(path.strip("/"), request.method or ""))


def _received(request: HttpRequest, find: Callable[[], Listener]) -> HttpResponse:
    try:
        listener = find()
        if _is_challenge(request, listener):
            return hook_answers.challenge(request.GET["hub.challenge"][:500])
        happened = _take_in(request, listener)
        return _answer(listener, happened)
    except DomainError as error:
        response = hook_answers.refused(error, retry_after=getattr(error, "retry_after", 0.0))
        if isinstance(error, HookMethod):
            response["Allow"] = ", ".join(error.details.get("methods", ()))
        return response


def _take_in(request: HttpRequest, listener: Listener) -> Occurrence:
    config = listener.config
    methods = config.get("methods") or ["POST"]
    if request.method not in methods:
        raise HookMethod(methods=methods)
    reacting.hold_floods(
        listener, client=counted_address(client_address(request.META)), per_minute=config.get("perMinute", 600)
    )
    headers = hook_bodies.headers_of(request)
    body = _body(request, config.get("maxBytes", 1_000_000))
    delivery = verify(listener, Call(request.method or "", headers, body))
    called = {
        "method": request.method,
        "query": hook_bodies.query_of(request),
        "headers": hook_bodies.shown_headers(headers, config.get("signatureHeader", "")),
        "body": hook_bodies.read(request, body),
    }
    hook_bodies.check_words(called)
    name = config.get("event") or "webhook.received"
    content = called["body"] if called["body"] or request.method != "GET" else called["query"]
    named = name != "webhook.received" and isinstance(content, dict)
    payload = content if named else called
    event_payloads.check(name, payload)
    key = _found(called["body"], config.get("dedupField", "")) or delivery or _delivery(headers)
    key = key or event_types.dedup_of(name, payload) or ""
    subject = _found(called["body"], config.get("subjectField", "")) or event_types.subject_of(name, payload)
    return reacting.occur(
        listener,
        name=name,
        subject=subject[:MAX_SUBJECT],
        payload=payload,
        dedupe_key=_short(key) or None,
        source=SOURCE,
        input_data=called,
        answered=True,
    )


def _body(request: HttpRequest, limit: int) -> bytes:
    """Not more than is allowed is read, whatever the call says of its length."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    most = min(limit, settings.API_MAX_BODY)
    if announced.isdigit() and int(announced) > most:
        raise HookTooLarge(limit=most)
    body: bytes = request.read(most + 1)
    if len(body) > most:
        raise HookTooLarge(limit=most)
    return body


def _answer(listener: Listener, happened: Occurrence) -> HttpResponse:
    reaction = happened.reaction
    if reaction.outcome == Reaction.Outcome.TOO_OFTEN:
        raise HookBusy(retry_after=MINUTE)
    if reaction.execution_id is None:
        raise _refusal(reaction)
    mode, seconds = listener.config.get("answer", "at_once"), float(listener.config.get("waitSeconds", 30))
    duplicate = not happened.is_first
    if mode == "node":
        answer = wait_for_answer(reaction.execution_id, seconds)
        if answer is not None:
            return hook_answers.of_node(answer)
        return hook_answers.finished(reaction.execution_id, duplicate=duplicate)
    if mode == "finished":
        wait_until_finished(reaction.execution_id, seconds)
        result = listener.config.get("result", "report")
        return hook_answers.finished(reaction.execution_id, duplicate=duplicate, result=result)
    if duplicate:
        return hook_answers.repeated(reaction.execution_id)
    return hook_answers.accepted(reaction.execution_id, duplicate=False)


def _refusal(reaction: Reaction) -> HookNotStarted:
    """Why nothing has begun; where a start was refused, by what."""
    details = reaction.details
    if reaction.outcome == Reaction.Outcome.REFUSED:
        return HookNotStarted(details["message"], code=details["code"])
    return HookNotStarted(reaction.get_outcome_display(), code=reaction.outcome, **details)


def _is_challenge(request: HttpRequest, listener: Listener) -> bool:
    """Meta asks before it sends: the token to verify is the last part of the hook's own address."""
    if request.method != "GET" or request.GET.get("hub.mode") != "subscribe" or "hub.challenge" not in request.GET:
        return False
    given = request.GET.get("hub.verify_token", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, (listener.address or "").encode()):
        raise HookRefused
    return True


def _found(body: Any, path: str) -> str:
    """The text or number under a path of the body; "" where there is none."""
    if not path:
        return ""
    try:
        value = paths.read(body, paths.parse(path))
    except ValueError:
        return ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _short(key: str) -> str:
    """The key itself; a longer one than is kept is told apart by its hash."""
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def _delivery(headers: dict[str, str]) -> str:
    return next((headers[name] for name in DELIVERY_HEADERS if headers.get(name)), "")
