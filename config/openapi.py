"""The OpenAPI description: how one logs in, what every error looks like, and pages that need no outside host."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from executions.engine.reasons import Kind
from executions.engine.states import ExecutionStatus, StepStatus

EXECUTION_STATUS = [status.value for status in ExecutionStatus]
STEP_STATUS = [status.value for status in StepStatus]
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


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def document_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation answers everything else with the one error shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", {"description": "Error", "content": content})
    return result


class SchemaView(SpectacularAPIView):
    """The description itself, open to everybody: JSON, or YAML for who asks for that type."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


class DocsView(SpectacularSwaggerView):
    """Swagger UI from our own static files."""

    url_name = "schema"
