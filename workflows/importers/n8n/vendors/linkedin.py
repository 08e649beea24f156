"""PURE: `linkedIn`."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.vendors.calls import needed, optional


def _linkedin(node: Written, parameters: Parameters) -> Converted:
    """A file is named here, and nothing is computed: `=data` is data."""
    what, operation = parameters.text("resource", "post"), parameters.text("operation", "create")
    if (what, operation) != ("post", "create") or parameters.text("authentication", "standard") != "standard":
        raise refuse_operation(node, f"{what}.{operation}")
    kind = parameters.text("postAs", "person")
    if kind not in ("person", "organization"):
        raise Unsupported(PARAMETER, parameter="postAs")
    config: dict[str, Any] = {"as": kind, "author": needed(parameters, kind), "text": optional(parameters, "text")}
    more = parameters.group("additionalFields")
    shares = parameters.text("shareMediaCategory", "NONE")
    if shares == "IMAGE":
        name = str(parameters.take("binaryPropertyName", "data")).removeprefix("=")
        if "{{" in name:
            raise Unsupported(PARAMETER, parameter="binaryPropertyName")
        config |= {"picture": name, "heading": optional(more, "title")}
    elif shares == "ARTICLE":
        config |= {"link": needed(parameters, "originalUrl")}
        config |= {"heading": optional(more, "title"), "summary": optional(more, "description")}
    visibility = more.text("visibility", "PUBLIC")
    if visibility not in ("PUBLIC", "CONNECTIONS"):
        raise Unsupported(PARAMETER, parameter="additionalFields.visibility")
    config["visibility"] = visibility
    return Converted("linkedin-post", {name: value for name, value in config.items() if value is not None})


TYPES = {"linkedIn": _linkedin}
