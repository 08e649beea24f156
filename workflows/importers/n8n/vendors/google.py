"""PURE: `googleSheets`, `gmail`, `googleDocs`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.nodes.triggers import polled
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import call, limit, needed, optional, resource
from workflows.importers.n8n.vendors.records import WHOLE, columns


def _sheets(node: Written, parameters: Parameters) -> Converted:
    if node.version < 3:
        return _first_sheets(node, parameters)
    what, operation = parameters.text("resource", "sheet"), parameters.text("operation", "read")
    if what != "sheet" or operation not in ("read", "append", "appendOrUpdate", "update"):
        raise refuse_operation(node, f"{what}.{operation}")
    _mode, table = resource(parameters, "documentId")
    where = {"table": table, "sheet": _sheet(parameters)}
    options = parameters.group("options")
    if operation == "read":
        return Converted("sheets-read", {**where, **_reading(parameters, options)})
    entered = options.text("cellFormat", "USER_ENTERED" if node.version >= 4 else "RAW") == "USER_ENTERED"
    options.take("useAppend")
    if options.take("handlingExtraData", "insertInNewColumn") != "insertInNewColumn":
        raise Unsupported(PARAMETER, parameter="options.handlingExtraData")
    fields, match = columns(parameters) if node.version >= 4 else _first_columns(parameters)
    config: dict[str, Any] = {**where, "values": "entered" if entered else "raw"}
    if fields != WHOLE:
        config["row"] = fields
    if operation == "append":
        return Converted("sheets-append", {**config, "newColumns": True})
    if len(match) != 1:
        raise Unsupported(MISSING, parameter="columns.matchingColumns")
    absent = "append" if operation == "appendOrUpdate" else "port"
    return Converted("sheets-update", {**config, "by": match[0], "absent": absent}, outputs=("updated",))


def _sheet(parameters: Parameters) -> Any:
    """The name of the sheet. A number says it only together with the name that n8n has shown beside it."""
    written = parameters.take("sheetName")
    mode, name = resource(parameters, "sheetName")
    if mode == "name":
        return name
    shown = written.get("cachedResultName") if isinstance(written, dict) else None
    if mode == "list" and isinstance(shown, str) and shown:
        return template(shown)
    if mode == "list" and isinstance(name, str) and not name.startswith("gid="):
        return name
    raise Unsupported(PARAMETER, parameter="sheetName")


def _reading(parameters: Parameters, options: Parameters) -> dict[str, Any]:
    rows = parameters.rows("filtersUI", "values")
    if parameters.text("combineFilters", "AND") != "AND" and len(rows) > 1:
        raise Unsupported(PARAMETER, parameter="combineFilters")
    formats = options.group("outputFormatting").group("values")
    general = formats.text("general", "UNFORMATTED_VALUE")
    formats.take("date")
    area = options.group("dataLocationOnSheet").group("values")
    if area.text("rangeDefinition", "detectAutomatically") != "detectAutomatically":
        raise Unsupported(PARAMETER, parameter="options.dataLocationOnSheet")
    area.take("readRowsUntil")
    first = options.take("returnFirstMatch")
    if options.text("returnAllMatches", "returnFirstMatch" if first else "returnAllMatches") == "returnFirstMatch":
        first = bool(rows)
    return {
        "where": [{"column": row.text("lookupColumn"), "value": template(row.take("lookupValue", ""))} for row in rows],
        "first": first is True,
        "values": "formatted" if general == "FORMATTED_VALUE" else "raw",
        "rowNumber": True,
        "empty": "text",
    }


def _first_columns(parameters: Parameters) -> tuple[Any, list[str]]:
    """Version 3 has its own way to say which columns are written."""
    how = parameters.text("dataMode", "defineBelow")
    match = [str(one) for one in [parameters.take("columnToMatchOn")] if one]
    if how == "autoMapInputData":
        return WHOLE, match
    rows = parameters.rows("fieldsUi", "fieldValues") + parameters.rows("fieldsUi", "values")
    found = {
        row.text("fieldId" if row.take("fieldId") else "column"): template(row.take("fieldValue", "")) for row in rows
    }
    return found, match


def _first_sheets(node: Written, parameters: Parameters) -> Converted:
    """Versions 1 and 2: the sheet stands before the range, and no sheet is the first one."""
    what, operation = parameters.text("resource", "sheet"), parameters.text("operation", "read")
    if what != "sheet" or operation not in ("read", "append"):
        raise refuse_operation(node, f"{what}.{operation}")
    sheet, _mark, cells = parameters.text("range", "A:F").rpartition("!")
    where = {"table": needed(parameters, "sheetId"), "sheet": sheet.strip("'")}
    options = parameters.group("options")
    if parameters.take("rawData") is True or parameters.number("keyRow", 0) != 0:
        raise Unsupported(PARAMETER, parameter="rawData" if parameters.take("rawData") is True else "keyRow")
    if operation == "read":
        if parameters.number("dataStartRow", 1) != 1:
            raise Unsupported(PARAMETER, parameter="dataStartRow")
        shown = options.text("valueRenderMode", "UNFORMATTED_VALUE")
        values = "formatted" if shown == "FORMATTED_VALUE" else "raw"
        return Converted("sheets-read", {**where, "cells": cells, "values": values, "empty": "text"})
    entered = options.text("valueInputMode", "RAW") == "USER_ENTERED"
    config = {**where, "values": "entered" if entered else "raw", "paths": options.take("usePathForKeyRow") is True}
    return Converted("sheets-append", {**config, "cells": cells})


def _gmail(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "message"), parameters.text("operation", "send")
    if what != "message" or node.version < 2:
        raise refuse_operation(node, f"{what}.{operation}")
    options = parameters.group("options")
    if operation == "send":
        options.take("appendAttribution")
        return call(
            "gmail",
            "message-send",
            to=needed(parameters, "sendTo"),
            subject=optional(parameters, "subject"),
            body=optional(parameters, "message"),
            format=parameters.text("emailType", "html"),
            cc=optional(options, "ccList"),
            bcc=optional(options, "bccList"),
            replyTo=optional(options, "replyTo"),
            senderName=optional(options, "senderName"),
        )
    if operation == "get":
        simple = parameters.take("simple", True) is not False
        return call("gmail", "message-get", message=needed(parameters, "messageId"), simple=simple)
    if operation == "getAll" and parameters.take("simple", True) is False:
        found = parameters.group("filters")
        return call("gmail", "message-search", search=optional(found, "q"), limit=limit(parameters))
    raise refuse_operation(node, operation)


def _docs(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "document"), parameters.text("operation", "create")
    if what != "document":
        raise refuse_operation(node, what)
    if operation == "get":
        simple = parameters.take("simple", True) is not False
        return call("google-docs", "document-get", document=needed(parameters, "documentURL"), simple=simple)
    if operation == "update":
        parameters.take("simple")
        rows = parameters.rows("actionsUi", "actionFields")
        if len(rows) != 1 or rows[0].text("action", "insert") != "insert" or rows[0].text("object", "text") != "text":
            raise Unsupported(PARAMETER, parameter="actionsUi.actionFields")
        document = needed(parameters, "documentURL")
        return call("google-docs", "text-append", document=document, text=needed(rows[0], "text"))
    if operation == "create" and parameters.text("folderId", "default") == "default":
        parameters.take("driveId")
        return call("google-docs", "document-create", title=needed(parameters, "title"))
    raise refuse_operation(node, operation)


def _letters(node: Written, parameters: Parameters) -> Converted:
    """New letters, as short as n8n gives them where nobody asks for more."""
    if parameters.text("event", "messageReceived") != "messageReceived" or parameters.take("simple", True) is False:
        raise refuse_operation(node, "simple")
    filters = parameters.group("filters")
    status = {"unread": "is:unread", "read": "is:read", "both": ""}.get(filters.text("readStatus", "both"))
    if status is None:
        raise Unsupported(PARAMETER, parameter="filters.readStatus")
    sender = filters.text("sender")
    words = [filters.text("q"), f"from:({sender})" if sender else "", status, "-in:drafts"]
    labels = filters.take("labelIds", [])
    asked = {"q": " ".join(filter(None, words)), "labelIds": labels, "maxResults": 100}
    if filters.take("includeSpamTrash") is True:
        asked["includeSpamTrash"] = "true"
    config = {
        "url": f"https://gmail.googleapis.com/gmail/v1/users/me/messages?{urlencode(asked, doseq=True)}",
        "form": "gmail",
        "item": "row",
        "keyField": "id",
        "everySeconds": polled(parameters),
    }
    return Converted("trigger-poll-list", config, inputs=())


TYPES = {"googleSheets": _sheets, "gmail": _gmail, "gmailTrigger": _letters, "googleDocs": _docs}
