"""PURE: `bitrix24`, as workflows write it; n8n itself has no such node, so it is read by what its parameters say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.vendors.calls import as_object, call, joined, needed, optional

_MARKS = {"lead": "L_", "deal": "D_", "contact": "C_", "company": "CO_"}


def _bitrix(node: Written, parameters: Parameters) -> Converted:
    entity, operation = parameters.text("resource", "lead"), parameters.text("operation", "getAll")
    if entity == "task" and operation == "create":
        return _task(parameters)
    if entity not in _MARKS:
        raise refuse_operation(node, f"{entity}.{operation}")
    if operation == "getAll":
        options = parameters.group("options")
        most = options.number("limit", 50)
        return call(
            "bitrix24",
            "crm-list",
            entity=entity,
            filter=as_object(parameters.group("filters"), "filter"),
            select=optional(options, "select"),
            order=optional(options, "order"),
            limit=int(most),
        )
    number = f"{entity}Id"
    if operation in ("get", "delete"):
        return call("bitrix24", f"crm-{operation}", entity=entity, id=needed(parameters, number))
    if operation == "create":
        return call("bitrix24", "crm-add", entity=entity, fields=as_object(parameters, "additionalFields") or {})
    if operation == "update":
        fields: Any = as_object(parameters, "updateFields") or {}
        if isinstance(fields, Mapping) and set(fields) == {"fields"}:
            fields = fields["fields"]
        return call("bitrix24", "crm-update", entity=entity, id=needed(parameters, number), fields=fields)
    raise refuse_operation(node, operation)


def _task(parameters: Parameters) -> Converted:
    more = parameters.group("additionalFields")
    links = more.take("crm", {})
    if not isinstance(links, Mapping) or not set(links) <= set(_MARKS):
        raise Unsupported(PARAMETER, parameter="additionalFields.crm")
    marks = [joined(_MARKS[entity], one) for entity, ids in links.items() for one in _listed(ids)]
    return call(
        "bitrix24",
        "task-add",
        title=needed(parameters, "title"),
        description=optional(parameters, "description"),
        deadline=optional(more, "deadline"),
        responsible=optional(more, "responsible_id"),
        priority=optional(more, "priority"),
        crm=marks or None,
        tags=optional(more, "tags"),
    )


def _listed(ids: Any) -> list[Any]:
    return ids if isinstance(ids, list) else [ids]


TYPES = {"bitrix24": _bitrix}
