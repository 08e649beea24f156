"""Questions of chance: what the API's own description allows, and what it forbids, asked of the API itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, cast

import requests
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.surface import description

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WAITS: Final = "wait"
"""A request that waits gives its connection back meanwhile, and with it the transaction that is to be undone."""


def asked_operations() -> Iterator[APIOperation]:
    """Every operation, as schemathesis reads our description."""
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(description())))
    schema.config.generation.with_security_parameters = False
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        yield result.ok()


def faults(operation: APIOperation, *, api: APIClient, scene: dict[str, str], examples: int) -> set[str]:
    """Ask half of the examples as the description wants them and half as it forbids; what was wrong with the answers.

    `scene` holds ids of what is there, by the names of paths and bodies: three questions of four are about these.
    What has been asked before, because an operation takes nothing but an id, is not asked again.
    """
    found: set[str] = set()
    asked: set[tuple[Any, ...]] = set()
    # Nothing can be forbidden to a question that says nothing.
    sayable = operation.query or operation.body
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if sayable else [GenerationMode.POSITIVE]
    for mode in modes:

        @settings(
            max_examples=examples // len(modes),
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode), strange=st.integers(0, 3))
        def ask(case: Case, strange: int) -> None:
            if strange:
                _point_at(case, scene)
            request = _request(case)
            question = (request.url, request.body, *sorted(request.headers.items()))
            if question not in asked:
                asked.add(question)
                found.update(_wrong_with(case, _sent(case, request, api)))

        ask()
    return found


def _point_at(case: Case, scene: dict[str, str]) -> None:
    """Let the question be about what is there."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = scene.get(name, case.path_parameters[name])
    if isinstance(case.body, dict):
        for name in case.body:
            known = scene.get(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
            if known is not None:
                case.body[name] = int(known) if known.isdecimal() else known


def _request(case: Case) -> requests.PreparedRequest:
    if isinstance(case.query, dict):
        case.query.pop(WAITS, None)
    return requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()


def _sent(case: Case, request: requests.PreparedRequest, api: APIClient) -> Response:
    """The answer to a question; what it changed is undone."""
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    headers = {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
        if name not in ("Content-Type", "Content-Length")
    }
    with transaction.atomic():
        kind = request.headers.get("Content-Type", "")
        answer = cast(Any, api).generic(case.method, request.path_url, body, content_type=kind, headers=headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.items()},
        content=content,
        request=request,
        elapsed=0.0,
        verify=False,
    )


def _wrong_with(case: Case, answer: Response) -> Iterator[str]:
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            said = re.sub(r"\s+", " ", f"{getattr(failure, 'title', '')} {getattr(failure, 'message', failure)}")
            yield f"{case.operation.label}: {answer.status_code}: {said[:300]}"
