"""PURE: `airtable`, `supabase`, `wordpress`, `reddit`, `mailcheck`, `dropbox`: what services keep, found again."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import expression, script, template
from workflows.importers.n8n.vendors.calls import call, limit, needed, optional, resource

WHOLE = "{{ $json }}"


def _airtable(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "record"), parameters.text("operation", "get")
    if (what, operation) == ("base", "getSchema"):
        return call("airtable", "base-schema", base=resource(parameters, "base")[1])
    if what != "record" or node.version < 2:
        raise refuse_operation(node, f"{what}.{operation}")
    _mode, base = resource(parameters, "base")
    _mode, table = resource(parameters, "table")
    options = parameters.group("options")
    if operation == "search":
        return call(
            "airtable",
            "record-search",
            base=base,
            table=table,
            formula=optional(parameters, "filterByFormula"),
            columns=optional(options, "fields"),
            view=optional(options, "view"),
            limit=limit(parameters, 100, every=True),
            flat=True,
        )
    if operation in ("get", "deleteRecord"):
        named = "record-get" if operation == "get" else "record-delete"
        flat = True if operation == "get" else None
        return call("airtable", named, base=base, table=table, record=needed(parameters, "id"), flat=flat)
    if operation not in ("create", "update", "upsert"):
        raise refuse_operation(node, operation)
    return _airtable_change(operation, base, table, parameters, options)


def _airtable_change(operation: str, base: Any, table: Any, parameters: Parameters, options: Parameters) -> Converted:
    fields, match = columns(parameters)
    casts = options.take("typecast")
    options.take("updateAllMatches")
    if operation == "create":
        return call("airtable", "record-create", base=base, table=table, fields=fields, typecast=casts)
    if not match:
        raise Unsupported(MISSING, parameter="columns.matchingColumns")
    if match == ["id"]:
        if operation == "upsert" or not isinstance(fields, dict) or "id" not in fields:
            raise Unsupported(PARAMETER, parameter="columns.matchingColumns")
        record = fields.pop("id")
        return call("airtable", "record-update", base=base, table=table, record=record, fields=fields, typecast=casts)
    if operation == "update":
        raise Unsupported(PARAMETER, parameter="columns.matchingColumns")
    return call("airtable", "record-upsert", base=base, table=table, fields=fields, match=match, typecast=casts)


def columns(parameters: Parameters) -> tuple[Any, list[str]]:
    """What n8n's mapper of columns writes, and by which columns a record is known. Raises `Unsupported`."""
    held = parameters.group("columns")
    for hint in ("schema", "attemptToConvertTypes", "convertFieldsToString", "ignoreTypeMismatchErrors"):
        held.take(hint)
    mode, value, match = (
        held.take("mappingMode", "defineBelow"),
        held.take("value", {}),
        held.take("matchingColumns", []),
    )
    if mode == "autoMapInputData":
        return WHOLE, list(match)
    if not isinstance(value, dict):
        raise Unsupported(PARAMETER, parameter="columns.value")
    return {name: template(one) for name, one in value.items()}, list(match)


def _supabase(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "row"), parameters.text("operation", "create")
    if what != "row" or parameters.take("useCustomSchema") is True:
        raise refuse_operation(node, f"{what}.{operation}")
    table = needed(parameters, "tableId")
    if operation in ("create", "update"):
        automatic = parameters.text("dataToSend", "defineBelow") != "defineBelow"
        rows = parameters.rows("fieldsUi", "fieldValues")
        row = WHOLE if automatic else {one.text("fieldId"): template(one.take("fieldValue", "")) for one in rows}
        if automatic and parameters.take("inputsToIgnore"):
            raise Unsupported(PARAMETER, parameter="inputsToIgnore")
        if operation == "create":
            return call("supabase", "row-create", table=table, row=row)
        return call("supabase", "row-update", table=table, row=row, filter=_filter(parameters))
    if operation == "delete":
        return call("supabase", "row-delete", table=table, filter=_filter(parameters))
    if operation == "getAll":
        most = limit(parameters)
        found = _filter(parameters, needs=False)
        return call("supabase", "row-find", table=table, filter=found, most=1000 if most is None else most)
    raise refuse_operation(node, operation)


def _filter(parameters: Parameters, *, needs: bool = True) -> Any:
    how = parameters.text("filterType", "manual" if needs else "none")
    if how == "string":
        return needed(parameters, "filterString")
    rows = parameters.rows("filters", "conditions")
    parts = [
        f"{row.text('keyName')}={row.text('condition', 'eq')}.{template(row.take('keyValue', ''))}" for row in rows
    ]
    if parameters.text("matchType", "anyFilter") != "allFilters" and len(parts) > 1:
        raise Unsupported(PARAMETER, parameter="matchType")
    if needs and not parts:
        raise Unsupported(MISSING, parameter="filters")
    return "&".join(parts) or None


def _wordpress(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "post"), parameters.text("operation", "create")
    if what not in ("post", "page"):
        raise refuse_operation(node, what)
    kind = f"{what}s"
    if operation == "getAll":
        options = parameters.group("options")
        return call("wordpress", "content-list", kind=kind, search=optional(options, "search"), limit=limit(parameters))
    if operation == "get":
        parameters.group("options")
        return call("wordpress", "content-get", kind=kind, id=needed(parameters, f"{what}Id"))
    if operation == "create":
        more = parameters.group("additionalFields")
        given = {name: optional(more, name) for name in ("content", "status")}
        return call("wordpress", "content-create", kind=kind, title=needed(parameters, "title"), **given)
    raise refuse_operation(node, operation)


def _reddit(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "post"), parameters.text("operation", "create")
    if what != "post" or operation not in ("search", "getAll"):
        raise refuse_operation(node, f"{what}.{operation}")
    most = limit(parameters, 100)
    if operation == "getAll":
        if parameters.group("filters").take("category", "new") != "new":
            raise Unsupported(PARAMETER, parameter="filters.category")
        return call("reddit", "post-list", subreddit=needed(parameters, "subreddit"), limit=most)
    sort = optional(parameters.group("additionalFields"), "sort")
    search = needed(parameters, "keyword")
    if parameters.text("location", "subreddit") == "allReddit":
        return call("reddit", "post-search", search=search, sort=sort, limit=most)
    return call(
        "reddit", "post-search-in", subreddit=needed(parameters, "subreddit"), search=search, sort=sort, limit=most
    )


def _mailcheck(_node: Written, parameters: Parameters) -> Converted:
    parameters.take("resource")
    parameters.take("operation")
    return call("mailcheck", "email-check", email=needed(parameters, "email"))


def _dropbox(node: Written, parameters: Parameters) -> Converted:
    """A file is fetched by a plain request: its path goes in a header, which holds ASCII alone."""
    what, operation = parameters.text("resource", "file"), parameters.text("operation", "upload")
    if what != "file" or operation != "download":
        raise refuse_operation(node, f"{what}.{operation}")
    if not parameters.take("path"):
        raise Unsupported(MISSING, parameter="path")
    said = f"JSON.stringify({{path:{script(parameters.take('path'))}}})"
    ascii_only = r"replace(/[\u007f-\uffff]/g,c=>'\\u'+c.charCodeAt(0).toString(16).padStart(4,'0'))"
    return Converted(
        "http-request",
        {
            "method": "POST",
            "url": "https://content.dropboxapi.com/2/files/download",
            "headers": {"Dropbox-API-Arg": expression(f"{said}.{ascii_only}")},
            "output": "file",
            "file": parameters.text("binaryPropertyName", "data"),
            "timeout": 120,
        },
    )


TYPES = {
    "dropbox": _dropbox,
    "airtable": _airtable,
    "supabase": _supabase,
    "wordpress": _wordpress,
    "reddit": _reddit,
    "mailcheck": _mailcheck,
}
