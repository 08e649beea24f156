"""PURE: nodes that write fields of items: `set`, `renameKeys`, `dateTime`."""

from __future__ import annotations

import json
import re
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.nodes.programs import program
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import script, template

_CONVERT = {
    "string": "(x=>x===undefined?x:x===null?x:typeof x==='object'?JSON.stringify(x):String(x))",
    "number": "(x=>x===null||x===undefined||x===''?x:Number(x))",
    "boolean": "(x=>typeof x==='string'?x.trim().toLowerCase()==='true'||x==='1':!!x)",
    "array": "(x=>typeof x==='string'?JSON.parse(x):x)",
    "object": "(x=>typeof x==='string'?JSON.parse(x):x)",
}
_PUT = """const put=(o,path,v)=>{const keys=String(path).match(/[^.[\\]]+/g)||[];let at=o;
for(const k of keys.slice(0,-1)){if(typeof at[k]!=='object'||at[k]===null)at[k]={};at=at[k]}
at[keys[keys.length-1]]=v};
"""
_PLAIN_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def _set(node: Written, parameters: Parameters) -> Converted:
    if node.version < 3:
        return _first_set(parameters)
    options = parameters.group("options")
    options.take("ignoreConversionErrors")
    options.take("includeBinary")
    dotted = options.take("dotNotation", True) is not False
    keeps = _keeps_rest(node, parameters)
    if parameters.take("duplicateItem") is True:
        raise Unsupported(PARAMETER, parameter="duplicateItem")
    parameters.take("duplicateCount")
    if parameters.take("mode", "manual") == "raw":
        return _raw_set(parameters, keeps=keeps)
    rows = parameters.rows("assignments", "assignments") + parameters.rows("fields", "values")
    fields = []
    for row in rows:
        row.take("id")
        kind = row.text("type", "string").removesuffix("Value")
        value = row.take("value")
        for name in ("stringValue", "numberValue", "booleanValue", "arrayValue", "objectValue"):
            value = row.take(name) if value is None else value
        fields.append((row.take("name", ""), kind, value))
    return _assigning(fields, keeps=keeps, dotted=dotted)


def _keeps_rest(node: Written, parameters: Parameters) -> bool:
    include = parameters.take("include", "all" if node.version < 3.3 else None)
    other = parameters.take("includeOtherFields", False)
    if node.version >= 3.3 and include is not None and other is not True:
        return False
    if include not in (None, "all", "none"):
        raise Unsupported(PARAMETER, parameter="include")
    return other is True if node.version >= 3.3 else include == "all"


def _raw_set(parameters: Parameters, *, keeps: bool) -> Converted:
    value = script(parameters.take("jsonOutput", "{}"))
    rest = "...$json," if keeps else ""
    return program("each", f"const v={value};\nreturn {{{rest}...(typeof v==='string'?JSON.parse(v):v)}};")


def _first_set(parameters: Parameters) -> Converted:
    keeps = parameters.take("keepOnlySet") is not True
    dotted = parameters.group("options").take("dotNotation", True) is not False
    values = parameters.group("values")
    fields = []
    for kind, absent in (("string", ""), ("number", 0), ("boolean", False)):
        listed = values.take(kind)
        for one in listed if isinstance(listed, list) else ():
            row = Parameters(one)
            fields.append((row.take("name", "propertyName"), kind, row.take("value", absent)))
    return _assigning(fields, keeps=keeps, dotted=dotted)


def _assigning(fields: list[tuple[str, str, Any]], *, keeps: bool, dotted: bool) -> Converted:
    """A `set` of ours where values need no conversion, else a program. Without `dotted` a dot is part of a name."""
    simple = all(_PLAIN_PATH.fullmatch(name) and _fits(kind, value) for name, kind, value in fields)
    if simple and fields:
        written = [{"name": name, "value": template(value)} for name, _kind, value in fields]
        return Converted("set", {"fields": written, "keepRest": keeps})
    call = "put(o," if dotted else "((k,v)=>{o[k]=v})("
    lines = [f"{call}{script(name)},{_CONVERT.get(kind, '(x=>x)')}({script(value)}));" for name, kind, value in fields]
    start = "const o=JSON.parse(JSON.stringify($json));" if keeps else "const o={};"
    return program("each", "\n".join([_PUT + start, *lines, "return o;"]))


def _fits(kind: str, value: Any) -> bool:
    """Whether a written value already is of the wanted kind; what an expression gives is only known later."""
    if isinstance(value, str):
        return kind == "string" and not value.startswith("=")
    return isinstance(value, bool) if kind == "boolean" else isinstance(value, int | float) and kind == "number"


def _rename(_node: Written, parameters: Parameters) -> Converted:
    parameters.group("additionalOptions")
    pairs = [[row.text("currentKey"), row.text("newKey")] for row in parameters.rows("keys", "key")]
    body = (
        f"const o={{...$json}};\nfor(const [a,b] of {json.dumps(pairs)})"
        "{if(a in o&&a!==b){o[b]=o[a];delete o[a]}}\nreturn o;"
    )
    return program("each", body)


def _date_time(node: Written, parameters: Parameters) -> Converted:
    if node.version >= 2 and parameters.take("operation", "getCurrentDate") == "getCurrentDate":
        return _now(parameters)
    if node.version >= 2 or parameters.take("action", "format") != "format":
        raise refuse_operation(node, parameters.take("operation", parameters.take("action", "getCurrentDate")))
    value = script(parameters.take("value", ""))
    name, wanted = parameters.text("dataPropertyName", "data"), parameters.text("toFormat", "MM/DD/YYYY")
    parameters.take("custom")
    options = parameters.group("options")
    source, zone = options.text("fromFormat"), options.text("toTimezone", "")
    options.take("fromTimezone")
    if source not in ("", "x", "X"):
        raise Unsupported(PARAMETER, parameter="options.fromFormat")
    moment = {"x": "DateTime.fromMillis(Number(v))", "X": "DateTime.fromSeconds(Number(v))"}.get(
        source, "(v&&v.toISO?v:typeof v==='number'?DateTime.fromMillis(v):DateTime.fromISO(new Date(v).toISOString()))"
    )
    in_zone = f".setZone({json.dumps(zone)})" if zone else ""
    luxon = _luxon(wanted)
    body = f"const v={value};\nreturn {{...$json,{json.dumps(name)}:{moment}{in_zone}.toFormat({json.dumps(luxon)})}};"
    return program("each", body)


def _now(parameters: Parameters) -> Converted:
    """The present moment, or the beginning of today, in a field."""
    zone = parameters.group("options").text("timezone")
    moment = "$now" if parameters.take("includeTime", True) is not False else "$now.startOf('day')"
    in_zone = f".setZone({json.dumps(zone)})" if zone else ""
    name = json.dumps(parameters.text("outputFieldName", "currentDate"))
    return program("each", f"return {{...$json,{name}:{moment}{in_zone}.toISO()}};")


def _luxon(moment: str) -> str:
    """A format of Moment in the letters of Luxon."""
    names = {
        "YYYY": "yyyy",
        "YY": "yy",
        "DD": "dd",
        "D": "d",
        "dddd": "cccc",
        "ddd": "ccc",
        "A": "a",
        "X": "X",
        "x": "x",
    }
    return re.sub(r"YYYY|YY|DD|D|dddd|ddd|A", lambda found: names[found[0]], moment)


TYPES = {"set": _set, "renameKeys": _rename, "dateTime": _date_time}
