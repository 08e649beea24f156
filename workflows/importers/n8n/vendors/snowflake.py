"""PURE: `snowflake`."""

from __future__ import annotations

import json

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import expression
from workflows.importers.n8n.vendors.calls import call, needed


def _snowflake(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.text("operation", "insert")
    if operation == "executeQuery":
        query = parameters.text("query")
        if not query or "{{" in query:
            raise Unsupported(PARAMETER, parameter="query")
        return call("snowflake", "query", query=query)
    if operation != "insert":
        raise refuse_operation(node, operation)
    names = [name for name in map(str.strip, parameters.text("columns").split(",")) if name]
    if not names:
        raise Unsupported(PARAMETER, parameter="columns")
    row = {name: expression(f"$json[{json.dumps(name)}]") for name in names}
    return call("snowflake", "row-insert", table=needed(parameters, "table"), row=row)


TYPES = {"snowflake": _snowflake}
