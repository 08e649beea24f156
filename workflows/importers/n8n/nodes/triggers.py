"""PURE: what starts a workflow."""

from __future__ import annotations

import re
import zlib
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import chosen

ANY_MINUTE = re.compile(r"=\{\{\s*Math\.floor\(Math\.random\(\)\s*\*\s*(\d{1,3})\)\s*\}\}")
EVERY = {"seconds": 1, "minutes": 60, "hours": 3600}


def _manual(_node: Written, _parameters: Parameters) -> Converted:
    return Converted("trigger-manual", inputs=())


def _called(_node: Written, parameters: Parameters) -> Converted:
    parameters.take("inputSource")
    parameters.take("workflowInputs")
    return Converted("trigger-subworkflow", inputs=())


def _error(_node: Written, _parameters: Parameters) -> Converted:
    return Converted("trigger-error", inputs=())


def _schedule(node: Written, parameters: Parameters) -> Converted:
    """One rule; several would be several triggers."""
    rows = parameters.rows("rule", "interval")
    if len(rows) != 1:
        raise Unsupported(PARAMETER, parameter="rule.interval")
    row = rows[0]
    field = row.text("field", "days")
    if field == "cronExpression":
        return _crontab(row.text("expression"))
    if field in EVERY:
        names = {"seconds": "secondsInterval", "minutes": "minutesInterval", "hours": "hoursInterval"}
        every = int(row.number(names[field], {"seconds": 30, "minutes": 5, "hours": 1}[field]))
        minute = _minute(node, row) if field == "hours" else 0
        if field == "hours":
            return _crontab(f"{int(minute)} */{every} * * *" if every < 24 else f"{int(minute)} 0 * * *")
        return _every(every * EVERY[field])
    hour, minute = int(row.number("triggerAtHour", 0)), int(row.number("triggerAtMinute", 0))
    if field == "days" and row.number("daysInterval", 1) == 1:
        return _crontab(f"{minute} {hour} * * *")
    if field == "weeks" and row.number("weeksInterval", 1) == 1:
        days = row.take("triggerAtDay", [0])
        return _crontab(f"{minute} {hour} * * {','.join(str(day) for day in days) or '0'}")
    if field == "months" and row.number("monthsInterval", 1) == 1:
        return _crontab(f"{minute} {hour} {int(row.number('triggerAtDayOfMonth', 1))} * *")
    raise refuse_operation(node, field)


def _minute(node: Written, row: Parameters) -> int:
    """Some draw lots for it, to come at another time than everybody else: n8n does when it activates the workflow."""
    drawn = ANY_MINUTE.fullmatch(str(row.take("triggerAtMinute", 0)))
    if drawn is None:
        return int(row.number("triggerAtMinute", 0))
    return zlib.crc32(node.id.encode()) % max(1, min(60, int(drawn[1])))


def _cron(node: Written, parameters: Parameters) -> Converted:
    rows = parameters.rows("triggerTimes", "item")
    if len(rows) != 1:
        raise Unsupported(PARAMETER, parameter="triggerTimes.item")
    row = rows[0]
    mode = row.text("mode", "everyDay")
    if mode == "custom":
        return _crontab(row.text("cronExpression"))
    if mode == "everyMinute":
        return _every(60)
    if mode == "everyX":
        unit = row.text("unit", "hours")
        return _every(int(row.number("value", 2)) * EVERY[unit if unit in EVERY else "hours"])
    minute, hour = int(row.number("minute", 0)), int(row.number("hour", 14))
    patterns = {
        "everyHour": f"{minute} * * * *",
        "everyDay": f"{minute} {hour} * * *",
        "everyWeek": f"{minute} {hour} * * {row.take('weekday', '1')}",
        "everyMonth": f"{minute} {hour} {row.take('dayOfMonth', 1)} * *",
    }
    if mode not in patterns:
        raise refuse_operation(node, mode)
    return _crontab(patterns[mode])


def _interval(_node: Written, parameters: Parameters) -> Converted:
    unit = parameters.text("unit", "seconds")
    if unit not in EVERY:
        raise Unsupported(PARAMETER, parameter="unit")
    return _every(int(parameters.number("interval", 1)) * EVERY[unit])


PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
"""Paths of n8n that its webhooks may keep here; others get a new address only."""
MAX_PATH = 200
_PROOFS = {"none": "none", "headerAuth": "header", "basicAuth": "basic"}
_RESULTS = {"firstEntryJson": "first", "allEntries": "all", "firstEntryBinary": "file"}
_ANSWERS = {"onReceived": "at_once", "lastNode": "finished", "responseNode": "node"}


def _webhook(node: Written, parameters: Parameters) -> Converted:
    """The old path answers too, as soon as somebody points it here; who may call is chosen anew with a credential."""
    path = parameters.take("path", "")
    methods = _methods(node, parameters)
    if isinstance(path, str) and ":" in path:
        raise Unsupported(PARAMETER, parameter="path")
    proof = _PROOFS.get(str(parameters.take("authentication", "none")))
    answer = _ANSWERS.get(str(parameters.take("responseMode", "onReceived")))
    if proof is None or answer is None:
        raise Unsupported(PARAMETER, parameter="authentication" if proof is None else "responseMode")
    result = _RESULTS.get(parameters.text("responseData", "firstEntryJson"))
    if result is None:
        raise Unsupported(PARAMETER, parameter="responseData")
    options = parameters.group("options")
    for name in ("rawBody", "ignoreBots", "responsePropertyName", "responseBinaryPropertyName"):
        options.take(name)
    if options.take("allowedOrigins", "*") != "*":  # "*" is what n8n does where nothing is said
        raise Unsupported(PARAMETER, parameter="options.allowedOrigins")
    config: dict[str, Any] = {"methods": methods, "proof": proof, "answer": answer}
    old = str(path or node.raw.get("webhookId") or "").strip("/")
    if old and len(old) <= MAX_PATH and PATH.fullmatch(old):
        config["path"] = old
    if answer == "finished":
        config |= {"result": result, "waitSeconds": 120}
    if len(methods) < 2:
        return Converted("trigger-webhook", config, inputs=())
    outputs = tuple(method.lower() for method in methods)
    return Converted("trigger-webhook", {**config, "byMethod": True}, outputs, inputs=())


def _called_with_body(_node: Written, parameters: Parameters) -> Converted:
    """What a service calls when something has happened: what it tells is the item."""
    for name in (
        "eventsUi",
        "events",
        "updates",
        "resource",
        "scope",
    ):  # which of them it is called for, the service is told
        parameters.take(name)
    parameters.group("additionalFields")
    return Converted(
        "trigger-webhook", {"methods": ["POST"], "proof": "none", "answer": "at_once", "item": "body"}, inputs=()
    )


def _chat(node: Written, parameters: Parameters) -> Converted:
    """A chat is called as its page in n8n does: `{action, sessionId, chatInput}` by POST, answered in the end."""
    if parameters.take("mode", "hostedChat") not in ("webhook", "hostedChat"):
        raise refuse_operation(node, parameters.take("mode"))
    parameters.take("public")
    parameters.take("initialMessages")
    options = parameters.group("options")
    answer = {"responseNode": "node", "lastNode": "finished"}.get(options.text("responseMode", "lastNode"))
    if answer is None or parameters.text("authentication", "none") != "none":
        raise Unsupported(PARAMETER, parameter="options.responseMode")
    for name in ("title", "subtitle", "inputPlaceholder", "showWelcomeScreen", "loadPreviousSession", "allowedOrigins"):
        options.take(name)
    config = {"methods": ["POST"], "proof": "none", "answer": answer, "item": "body"}
    more = {"result": "first", "waitSeconds": 120} if answer == "finished" else {}
    return Converted("trigger-webhook", {**config, **more}, inputs=())


def polled(parameters: Parameters) -> float:
    """How often a trigger of an app looks: the first of its times."""
    rows = parameters.rows("pollTimes", "item")
    for row in rows:
        row.take("hour"), row.take("minute"), row.take("weekday"), row.take("dayOfMonth"), row.take("cronExpression")
    known = {"everyMinute": 60, "everyHour": 3600, "everyDay": 86400}
    mode = rows[0].text("mode", "everyMinute") if rows else "everyMinute"
    if mode == "everyX":
        return float(rows[0].number("value", 2)) * EVERY[rows[0].text("unit", "hours")]
    if mode not in known:
        raise Unsupported(PARAMETER, parameter="pollTimes")
    return known[mode]


def _feed(_node: Written, parameters: Parameters) -> Converted:
    config = {
        "url": parameters.text("feedUrl"),
        "form": "feed",
        "item": "row",
        "keyField": "guid",
        "everySeconds": polled(parameters),
    }
    return Converted("trigger-poll-list", config, inputs=())


def _airtable(_node: Written, parameters: Parameters) -> Converted:
    """Records that are new; of the later ones the field says when they were changed, which makes them new again."""
    base, table = (chosen(parameters.take(name, "")) for name in ("baseId", "tableId"))
    if not (isinstance(base, str) and isinstance(table, str) and base and table) or "://" in base + table:
        raise Unsupported(PARAMETER, parameter="baseId")
    field = parameters.text("triggerField")
    parameters.group("additionalFields")
    config = {
        "url": f"https://api.airtable.com/v0/{base}/{table}",
        "itemsPath": "records",
        "item": "row",
        "keyField": f'fields["{field}"]' if field else "id",
        "everySeconds": polled(parameters),
    }
    return Converted("trigger-poll-list", config, inputs=())


_FIELD_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "textarea": {"type": "string", "format": "textarea"},
    "email": {"type": "string", "format": "email"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
}


_NO_WORD = re.compile(r"\W", re.ASCII)


def _form(node: Written, parameters: Parameters) -> Converted:
    """A page with the same fields; what was filled in is the item, with the files that were sent."""
    mode = parameters.text("responseMode", "onReceived")
    if mode not in _ANSWERS:
        raise refuse_operation(node, mode)
    properties: dict[str, Any] = {}
    required = []
    for row in parameters.rows("formFields", "values"):
        name = row.text("fieldLabel")
        if not name:
            raise Unsupported(PARAMETER, parameter="formFields.values.fieldLabel")
        field = _form_field(row)
        key = _NO_WORD.sub("_", name) if field.get("format") == "file" else name  # what files are called there
        properties[key] = {**field, "title": name}
        if row.take("requiredField") is True:
            required.append(key)
    if not properties:
        raise Unsupported(PARAMETER, parameter="formFields")
    options = parameters.group("options")
    for name in ("path", "ignoreBots", "buttonLabel", "appendAttribution"):
        options.take(name)
    parameters.take("path")
    fields = {"type": "object", "properties": properties, "required": required}
    config: dict[str, Any] = {
        "heading": parameters.text("formTitle")[:200],
        "text": parameters.text("formDescription")[:2000],
        "fields": fields,
        "answer": _ANSWERS[mode],
    }
    if mode != "onReceived":
        config["waitSeconds"] = 120
    return Converted("trigger-form", config, inputs=())


def _form_field(row: Parameters) -> dict[str, Any]:
    kind = row.text("fieldType", "text")
    row.take("placeholder")
    if kind == "dropdown":
        options = [option.text("option") for option in row.rows("fieldOptions", "values")]
        if row.take("multiselect") is True:
            raise Unsupported(PARAMETER, parameter="formFields.values.multiselect")
        return {"type": "string", "enum": options}
    if kind == "file":
        return {"type": "string", "format": "file", "many": row.take("multipleFiles", True) is not False}
    if kind not in _FIELD_TYPES:
        raise Unsupported(PARAMETER, parameter=f"formFields.values.fieldType: {kind}")
    return _FIELD_TYPES[kind]


def _methods(node: Written, parameters: Parameters) -> list[str]:
    """The methods that call it; several have an output each."""
    several = parameters.take("multipleMethods") is True
    methods = parameters.take("httpMethod", ["GET", "POST"] if several else "GET")
    listed = methods if several and isinstance(methods, list) else [methods]
    if not listed or not all(method in ("GET", "POST", "PUT") for method in listed):
        raise refuse_operation(node, ", ".join(str(method) for method in listed))
    return listed


def _crontab(text: str) -> Converted:
    """Six fields begin with seconds, which only 0 can stand for."""
    fields = text.split()
    if len(fields) == 6 and fields[0] == "0":
        fields = fields[1:]
    if len(fields) != 5:
        raise Unsupported(PARAMETER, parameter="cronExpression")
    return _scheduled({"crontab": " ".join(fields)})


def _every(seconds: int) -> Converted:
    return _scheduled({"everySeconds": max(1, seconds)})


def _scheduled(config: dict[str, Any]) -> Converted:
    return Converted("trigger-schedule", config, inputs=())


TYPES = {
    "manualTrigger": _manual,
    "start": _manual,
    "executeWorkflowTrigger": _called,
    "errorTrigger": _error,
    "scheduleTrigger": _schedule,
    "cron": _cron,
    "interval": _interval,
    "webhook": _webhook,
    "bitrix24Trigger": _called_with_body,
    "calendlyTrigger": _called_with_body,
    "gumroadTrigger": _called_with_body,
    "telegramTrigger": _called_with_body,
    "lc:chatTrigger": _chat,
    "rssFeedReadTrigger": _feed,
    "airtableTrigger": _airtable,
    "formTrigger": _form,
}
