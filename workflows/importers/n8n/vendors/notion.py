"""PURE: `notion`: pages of databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import expression, script, template
from workflows.importers.n8n.vendors.calls import call, limit, needed, optional, resource

_VALUES = {
    "title": "title",
    "rich_text": "textContent",
    "checkbox": "checkboxValue",
    "number": "numberValue",
    "url": "urlValue",
    "email": "emailValue",
    "phone_number": "phoneValue",
    "select": "selectValue",
    "status": "statusValue",
    "multi_select": "multiSelectValue",
    "people": "peopleValue",
    "relation": "relationValue",
    "date": "date",
}
"""Which parameter of n8n holds the value of a property of this kind."""
_WITHOUT_EFFECT = ("includeTime", "timezone", "richText", "range", "name")
_LISTED = "(v=>(Array.isArray(v)?v:v===undefined||v===null||v===''?[]:String(v).split(',')))"
_UNARY = frozenset({"is_empty", "is_not_empty"})


def _notion(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "page"), parameters.text("operation", "create")
    if what not in ("databasePage", "page") or (what == "page" and operation != "get"):
        raise refuse_operation(node, f"{what}.{operation}")
    simple = parameters.take("simple", True) is not False
    shown = "raw" if not simple else "prefixed" if node.version >= 2 else "names"
    if operation == "getAll":
        return _query(node, parameters, shown)
    if operation == "create":
        _mode, database = resource(parameters, "databaseId")
        options = parameters.group("options")
        options.take("iconType")
        properties = _properties(node, parameters)
        title = optional(parameters, "title")
        if title is not None and not any("title" in held for held in properties.values()):
            properties["title"] = {"title": [{"text": {"content": title}}]}
        return call(
            "notion",
            "page-create",
            database=database,
            properties=properties,
            icon=optional(options, "icon"),
            simple=shown,
        )
    _mode, page = resource(parameters, "pageId")
    if operation == "update":
        parameters.group("options")
        return call("notion", "page-update", page=page, properties=_properties(node, parameters), simple=shown)
    if operation == "get":
        return call("notion", "page-get", page=page, simple=shown)
    raise refuse_operation(node, operation)


def _query(node: Written, parameters: Parameters, shown: str) -> Converted:
    _mode, database = resource(parameters, "databaseId")
    most = limit(parameters)
    options = parameters.group("options")
    condition: Any = None
    if node.version >= 2:
        kind = parameters.text("filterType", "none")
        if kind == "json":
            condition = needed(parameters, "filterJson")
        elif kind == "manual":
            joins = "or" if parameters.text("matchType", "anyFilter") == "anyFilter" else "and"
            rows = parameters.rows("filters", "conditions")
            condition = {joins: [_condition(row) for row in rows]} if rows else None
    else:
        held = options.group("filter").group("multipleCondition").group("condition")
        named = {joins: [_condition(Parameters(row)) for row in held.take(joins, ())] for joins in ("and", "or")}
        condition = {joins: rows for joins, rows in named.items() if rows} or None
    sorts = [
        {"property": row.text("key").partition("|")[0], "direction": row.text("direction", "ascending")}
        for row in options.rows("sort", "sortValue")
    ]
    return call(
        "notion", "database-query", database=database, filter=condition, sorts=sorts or None, simple=shown, limit=most
    )


def _property(row: Parameters) -> tuple[str, str]:
    """Name and kind, written as `Name|kind`. Raises `Unsupported` where the kind is not said."""
    name, _bar, kind = row.text("key").rpartition("|")
    if not name:
        raise Unsupported(PARAMETER, parameter="key")
    return name, kind


def _condition(row: Parameters) -> dict[str, Any]:
    name, kind = _property(row)
    condition = row.text("condition", "equals")
    camel = "".join(part.title() if place else part for place, part in enumerate(kind.split("_")))
    found = row.take(f"{camel}Value", row.take("date"))
    if kind == "checkbox":
        value: Any = template(found) if found is not None else False
    elif condition in _UNARY:
        value = True
    elif found in (None, ""):
        raise Unsupported(PARAMETER, parameter=f"{camel}Value")
    else:
        value = template(found)
    return {"property": name, kind: {condition: value}}


def _properties(node: Written, parameters: Parameters) -> dict[str, Any]:
    found = {}
    for row in parameters.rows("propertiesUi", "propertyValues"):
        name, kind = _property(row)
        if kind not in _VALUES:
            raise refuse_operation(node, kind)
        for hint in _WITHOUT_EFFECT:
            row.take(hint)
        for empty in ("peopleValue", "relationValue", "multiSelectValue"):
            if _VALUES[kind] != empty and row.take(empty):
                raise Unsupported(PARAMETER, parameter=empty)
        found[name] = {kind: _value(kind, row.take(_VALUES[kind]))}
    return found


def _value(kind: str, value: Any) -> Any:
    if kind in ("title", "rich_text"):
        return [{"text": {"content": template("" if value is None else value)}}]
    if kind == "checkbox":
        return template(False if value is None else value)
    if kind in ("select", "status"):
        return {"name": template(value)}
    if kind == "date":
        return {"start": template(value)}
    if kind in ("multi_select", "people", "relation"):
        member = {"multi_select": "name"}.get(kind, "id")
        return expression(f"{_LISTED}({script(value)}).map(one=>({{{member}:String(one).trim()}}))")
    return template(value) if not isinstance(value, Mapping) else None


TYPES = {"notion": _notion}
