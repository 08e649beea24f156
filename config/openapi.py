"""The OpenAPI description: how one logs in, what every error looks like, and pages that need no outside host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from executions.engine.reasons import Kind
from executions.engine.states import ExecutionStatus, StepStatus
from tickets.lifecycle import Status

EXECUTION_STATUS = [status.value for status in ExecutionStatus]
STEP_STATUS = [status.value for status in StepStatus]
TICKET_STATUS = [status.name.lower() for status in Status]
REASON_KIND = [kind.value for kind in Kind]
ERROR_SCHEMA = {
    "type": "object",
    "description": "Every answer that is no success.",
    "required": ["code", "message", "details"],
    "properties": {
        "code": {"type": "string", "description": "Stable and machine-readable.", "example": "not_found"},
        "message": {"type": "string", "description": "For a person, in the language of the request."},
        "details": {"type": "object", "additionalProperties": True, "description": "Fields, states or ids."},
    },
}


REFUSALS = {
    "400": "Not readable, or a value that is not allowed.",
    "401": "Nobody is logged in, or the token is worthless.",
    "403": "The person's role does not allow it.",
    "404": "Not there, or of another project.",
    "406": "No such form of an answer.",
    "409": "Not in this state.",
    "412": "Changed meanwhile by somebody else.",
    "413": "Too large.",
    "415": "A body of another type.",
    "422": "Understood, and not possible.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "5XX": "A fault of ours, or the database is away.",
}
"""What each status of a refusal means."""


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StrictScheme(OpenApiSerializerExtension):
    """Says of a strict serializer that it takes nothing but what it names."""

    target_class = "accounts.api.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


def document_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation answers what is no success with the one error shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for address, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _refusals(address, method, operation):
                said = {"description": REFUSALS[status], "content": content}
                operation["responses"].setdefault(status, said)
    return result


def _refusals(address: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """With which statuses an operation can refuse: what it takes decides."""
    yield from ("406", "429", "5XX")
    takes_a_body = "requestBody" in operation
    if any(operation.get("security", ())) or takes_a_body:
        yield from ("401", "403")
    if takes_a_body or operation.get("parameters"):
        yield from ("400", "404")
    if "{" in address or method != "get":
        yield from ("409", "412", "422")
    if takes_a_body:
        yield from ("413", "415")


class SchemaView(SpectacularAPIView):
    """The description itself, open to everybody: JSON, or YAML for who asks for that type."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


class DocsView(SpectacularSwaggerView):
    """Swagger UI from our own static files."""

    url_name = "schema"
