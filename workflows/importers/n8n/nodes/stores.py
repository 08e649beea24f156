"""PURE: nodes that keep and find data: Redis and PostgreSQL. Credentials are never taken over: people choose ours."""

from __future__ import annotations

import re
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import chosen, expression, refuse_beyond, script, split, template
from workflows.items.wording import gettext_noop

SEVERAL = gettext_noop("В запросе несколько команд SQL со значениями, а здесь узел выполняет одну: разделите их")
_QUOTED = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|\"[^\"]*\"|\{\{.*?\}\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
"""What may hold a semicolon that ends no statement."""
_DOUBLED = re.compile(r"""\.replace(?:All)?\(\s*(?:/'/g|"'"|`'`)\s*,\s*(?:"''"|`''`|'\\'\\'')\s*\)""")
"""How people double the quotes of a value that is pasted into SQL."""
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def _redis(node: Written, parameters: Parameters) -> Converted:
    """Also `lpush`, `rpush` and `sadd`, which n8n does not know and people write all the same."""
    operation = parameters.text("operation", "info")
    if operation in ("lpush", "rpush", "sadd"):
        value = template(parameters.take("value", ""))
        return _changing(parameters, operation, parameters.take("key", ""), [value])
    if operation == "push":
        command = "rpush" if parameters.take("tail") is True else "lpush"
        return _changing(
            parameters, command, parameters.take("list", ""), [template(parameters.take("messageData", ""))]
        )
    if operation == "set":
        return _setting(parameters)
    if operation == "publish":
        return _changing(
            parameters, "publish", parameters.take("channel", ""), [template(parameters.take("messageData", ""))]
        )
    if operation == "delete":
        return _changing(parameters, "del", parameters.take("key", ""), [])
    if operation == "incr":
        converted = _changing(parameters, "incr", parameters.text("key"), [])
        return Converted(
            "redis-command", {**converted.config, "output": "field", "field": _quoted(parameters.text("key"))}
        )
    return _reading(node, parameters, operation)


def _changing(parameters: Parameters, command: str, key: Any, arguments: list[Any]) -> Converted:
    """A command after which the item goes on as it is."""
    config = {"command": command, "key": template(key), "arguments": arguments, "output": "item"}
    return Converted("redis-command", config | _term(parameters))


def _term(parameters: Parameters) -> dict[str, Any]:
    expires, term = parameters.take("expire", False), parameters.take("ttl", 60)
    if isinstance(expires, str):
        return {"expireSeconds": expression(f"({script(expires)}) ? Number({script(term)}) : null")}
    return {"expireSeconds": template(term)} if expires is True else {}


def _setting(parameters: Parameters) -> Converted:
    kind = parameters.text("keyType", "automatic")
    if kind not in ("automatic", "string"):
        raise Unsupported(PARAMETER, parameter="keyType")
    parameters.take("valueIsJSON")
    value = template(parameters.take("value", ""))
    return _changing(parameters, "set", parameters.take("key", ""), [value])


def _reading(node: Written, parameters: Parameters, operation: str) -> Converted:
    command, name = {"get": ("read", "key"), "pop": ("lpop", "list"), "keys": ("find", "keyPattern")}.get(
        operation, ("", "")
    )
    if not command:
        raise refuse_operation(node, operation)
    if command == "lpop" and parameters.take("tail") is True:
        command = "rpop"
    parameters.take("keyType")
    if operation == "keys" and parameters.take("getValues", True) is False:
        raise Unsupported(PARAMETER, parameter="getValues")
    config: dict[str, Any] = {"command": command, "key": template(parameters.take(name, "")), "output": "field"}
    if operation != "keys":
        field = parameters.text("propertyName", "propertyName")
        dotted = parameters.group("options").take("dotNotation", True) is not False
        config["field"] = field if dotted else _quoted(field)
    return Converted("redis-command", config)


def _quoted(name: str) -> str:
    """A path that is this one name, whatever stands in it."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def _postgres(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.text("operation", "insert")
    parameters.take("resource")
    if operation == "insert":
        return _insert(node, parameters)
    if operation != "executeQuery":
        raise refuse_operation(node, operation)
    query = str(parameters.take("query", "")).removeprefix("=")
    refuse_beyond(query)
    options = parameters.group("options")
    values = options.take("queryReplacement")
    if ";" in _QUOTED.sub("", query).strip().rstrip(";"):
        if values or "{{" in query:
            raise Unsupported(SEVERAL)
        return Converted("postgres-query", {"query": query, "several": True, "readOnly": False})
    if isinstance(values, str):
        if not (values.startswith("={{") and values.endswith("}}")) and values.startswith("="):
            raise Unsupported(PARAMETER, parameter="options.queryReplacement")
        values = [template(part.strip()) for part in ([values] if values.startswith("=") else values.split(","))]
    if "{{" in query:
        query, values = _with_places(query, values or [])
    return Converted("postgres-query", {"query": query, "parameters": values or [], "readOnly": False})


def _with_places(query: str, given: list[Any]) -> tuple[str, list[Any]]:
    """The statement with `$n` where n8n would paste what an expression gives, and those values behind the given ones.

    Inside quotes the value is joined with the text around it, and need not be kept from ending them. Nothing is pasted,
    so a value is never SQL; an expression that stands where SQL has no value, such as for a name, fails when it is run.
    """
    written, values = "", [*given]
    for how, text in split(query):
        if how == "text":
            written += text
            continue
        inside = written.count("'") % 2 == 1
        values.append(expression(_DOUBLED.sub("", text) if inside else text))
        written += f"' || ${len(values)}::text || '" if inside else f"${len(values)}"
    return written.replace("'' || ", "").replace(" || ''", ""), values


def _insert(node: Written, parameters: Parameters) -> Converted:
    """Rows of the first versions name their columns in a list, the later ones map them."""
    table = ".".join(
        _name(chosen(parameters.take(part, absent)), part) for part, absent in (("schema", "public"), ("table", ""))
    )
    options = parameters.group("options")
    returning = parameters.text("returnFields", "*") if node.version < 2 else "*"
    if options.take("outputColumns") is not None:
        raise Unsupported(PARAMETER, parameter="options.outputColumns")
    if node.version < 2:
        names_of = [name for name in map(str.strip, parameters.text("columns").split(",")) if name]
        values = _listed_values(parameters) or [f"{{{{ $json.{name} }}}}" for name in names_of]
        if len(values) != len(names_of):
            raise Unsupported(PARAMETER, parameter="values")
        columns = dict(zip(names_of, values, strict=True))
    else:
        columns = _mapped(parameters)
    if not columns:
        raise Unsupported(PARAMETER, parameter="columns")
    names = ", ".join(_name(name, "columns") for name in columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    back = "*" if returning == "*" else ", ".join(_name(name.strip(), "returnFields") for name in returning.split(","))
    query = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {back}"  # noqa: S608 - names in their quotes
    return Converted("postgres-query", {"query": query, "parameters": list(columns.values()), "readOnly": False})


def _listed_values(parameters: Parameters) -> list[str]:
    """What people write beside the columns and n8n does not know: expressions with commas between them."""
    written = parameters.take("values")
    if written is None:
        return []
    parts = split(template(written))
    if any(one.strip() != "," for how, one in parts if how == "text"):
        raise Unsupported(PARAMETER, parameter="values")
    return [expression(one) for how, one in parts if how == "script"]


def _mapped(parameters: Parameters) -> dict[str, Any]:
    held = parameters.group("columns")
    for name in ("schema", "matchingColumns", "attemptToConvertTypes", "convertFieldsToString"):
        held.take(name)
    if held.take("mappingMode", "defineBelow") != "defineBelow":
        raise Unsupported(PARAMETER, parameter="columns.mappingMode")
    value = held.take("value", {})
    return {name: template(inner) for name, inner in value.items()}


def _name(written: Any, parameter: str) -> str:
    """A name of SQL in its quotes. Raises `Unsupported`."""
    if not isinstance(written, str) or not PLAIN_NAME.fullmatch(written):
        raise Unsupported(PARAMETER, parameter=parameter)
    return f'"{written}"'


TYPES = {"redis": _redis, "postgres": _postgres}
