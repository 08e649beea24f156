"""PURE: requests to the internet. Credentials are never taken over: people choose ours."""

from __future__ import annotations

import json
import re
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template

JSON = {"Content-Type": "application/json"}
NEXT = re.compile(r"=\{\{\s*\$response\.body\.([\w.]+)\s*\}\}")
FORMATS = ("autodetect", "json", "text", "file")


def _http(node: Written, parameters: Parameters) -> Converted:
    if node.version < 3:
        return _first_http(node, parameters)
    config: dict[str, Any] = {
        "method": template(parameters.take("method", "GET")),
        "url": template(parameters.take("url", "")),
        "output": "body",
    }
    if str(config["url"]).startswith("file:"):
        raise Unsupported(PARAMETER, parameter="url")
    parameters.take("provideSslCertificates")
    if parameters.take("sendQuery") is True:
        config["query"] = _pairs(parameters, "Query")
    if parameters.take("sendHeaders") is True:
        config["headers"] = _pairs(parameters, "Header")
    if parameters.take("sendBody") is True:
        _body(node, parameters, config)
    for name in ("specifyQuery", "specifyHeaders", "specifyBody", "contentType"):
        parameters.take(name)
    _options(parameters.group("options"), config)
    _answer(parameters, config)  # where people leave it from the first versions
    return Converted("http-request", config)


def _pairs(parameters: Parameters, what: str) -> Any:
    """Names and values, written as a list or as JSON."""
    if parameters.take(f"specify{what}{'s' if what == 'Header' else ''}", "keypair") == "json":
        return template(parameters.take(f"json{what}{'s' if what == 'Header' else ''}", {}))
    return _fields(parameters, f"{what.lower()}Parameters", "parameters")


def _fields(parameters: Parameters, name: str, key: str) -> dict[str, Any]:
    rows = [row for row in parameters.rows(name, key) if row.take("name") is not None]
    return {row.text("name"): template(row.take("value", "")) for row in rows}


def _body(node: Written, parameters: Parameters, config: dict[str, Any]) -> None:
    kind = parameters.take("contentType", "json")
    if kind == "raw":
        config["body"] = template(parameters.take("body", ""))
        mime = parameters.take("rawContentType")
        if mime is not None:
            config["headers"] = {"Content-Type": template(mime), **config.get("headers", {})}
    elif kind == "binaryData":
        config |= {"bodyKind": "file", "file": parameters.text("inputDataFieldName", "data")}
    elif kind == "multipart-form-data":
        config |= {"bodyKind": "multipart", **_parts(parameters)}
    elif kind == "form-urlencoded":
        written = parameters.take("specifyBody", "keypair") == "string"
        body = template(parameters.take("body", "")) if written else _fields(parameters, "bodyParameters", "parameters")
        config |= {"bodyKind": "form", "body": body}
    elif kind == "json":
        _json_body(parameters, config)
    else:
        raise refuse_operation(node, kind)


def _json_body(parameters: Parameters, config: dict[str, Any]) -> None:
    if parameters.take("specifyBody", "keypair") == "json":
        body = template(parameters.take("jsonBody", "{}"))
    elif parameters.take("bodyParametersJson") is not None:
        body = template(parameters.take("bodyParametersJson"))
    else:
        body = _fields(parameters, "bodyParameters", "parameters")
    config["body"] = body
    if isinstance(body, str) and isinstance(config.get("headers", {}), dict):
        config["headers"] = {**JSON, **config.get("headers", {})}  # a text goes out as it is, here


def _parts(parameters: Parameters) -> dict[str, Any]:
    """Fields and files of a form."""
    fields: dict[str, Any] = {}
    files: dict[str, str] = {}
    for row in parameters.rows("bodyParameters", "parameters"):
        if row.text("parameterType", "formData") == "formBinaryData":
            files[row.text("name")] = row.text("inputDataFieldName", "data")
        elif row.take("name") is not None:
            fields[row.text("name")] = template(row.take("value", ""))
    return {"body": fields, "files": files}


def _options(options: Parameters, config: dict[str, Any]) -> None:
    timeout = options.take("timeout")
    if isinstance(timeout, int) and not isinstance(timeout, bool):
        config["timeout"] = min(300, max(1, timeout / 1000))
    redirect = options.group("redirect").group("redirect")
    redirect.take("maxRedirects")
    config["followRedirects"] = redirect.take("followRedirects", True) is not False
    _answer(options.group("response").group("response"), config)
    _pages(options.group("pagination").group("pagination"), config)
    _answer(options, config)
    _insecure(options, config)


def _pages(paging: Parameters, config: dict[str, Any]) -> None:
    """Pages whose next one the body of the last names; a pause between them is left to the server's limits."""
    mode = paging.text("paginationMode", "updateAParameterInEachRequest")
    if mode == "off":
        return
    rows = paging.rows("parameters", "parameters")
    if not rows:
        return
    if mode != "updateAParameterInEachRequest" or config["output"] == "file":
        raise Unsupported(PARAMETER, parameter="options.pagination.paginationMode")
    pages = {}
    for row in rows:
        named = NEXT.fullmatch(str(row.take("value", "")))
        if named is None or row.text("type", "qs") != "qs":
            raise Unsupported(PARAMETER, parameter="options.pagination.parameters")
        pages[row.text("name")] = named[1]
    config["pages"] = pages
    limited = paging.take("limitPagesFetched") is True
    config["mostPages"] = max(1, min(1000, int(paging.number("maxRequests", 100)))) if limited else 1000
    if paging.text("paginationCompleteWhen", "responseIsEmpty") != "responseIsEmpty":
        raise Unsupported(PARAMETER, parameter="options.pagination.paginationCompleteWhen")
    paging.take("requestInterval")


def _answer(response: Parameters, config: dict[str, Any]) -> None:
    """What becomes of the answer: its body, all of it, or a file."""
    if response.take("fullResponse") is True:
        config["output"] = "full"
    if response.take("neverError") is True:
        config["anyStatus"] = True
    kind = response.take("responseFormat", "autodetect")
    if kind not in FORMATS:
        raise Unsupported(PARAMETER, parameter="options.response.responseFormat")
    name = response.text("outputPropertyName", "data")
    if kind == "file":
        if config["output"] == "full":
            raise Unsupported(PARAMETER, parameter="options.response.fullResponse")
        config |= {"output": "file", "file": name}
    elif name != "data":
        config["to"] = name


def _insecure(options: Parameters, config: dict[str, Any]) -> None:
    """Certificates are always checked here; where there are none, nothing is lost."""
    insecure = options.take("allowUnauthorizedCerts") is True
    if insecure and not str(config["url"]).startswith("http://"):
        raise Unsupported(PARAMETER, parameter="options.allowUnauthorizedCerts")


def _first_http(node: Written, parameters: Parameters) -> Converted:
    """Versions 1 and 2."""
    method = parameters.take("requestMethod", "GET")
    config: dict[str, Any] = {
        "method": method,
        "url": template(parameters.take("url", "")),
        "output": "body",
        "followRedirects": True,
    }
    as_json = parameters.take("jsonParameters") is True
    for field, name in (("query", "query"), ("headers", "header"), ("body", "body")):
        written = parameters.take(f"{name}ParametersJson")
        fields = _fields(parameters, f"{name}ParametersUi", "parameter")
        value = template(written) if as_json else fields
        if value and not (field == "body" and method in ("GET", "HEAD")):
            config[field] = value
    options = parameters.group("options")
    timeout = options.take("timeout")
    if isinstance(timeout, int):
        config["timeout"] = min(300, max(1, timeout / 1000))
    if options.take("fullResponse") is True:
        config["output"] = "full"
    _insecure(options, config)
    _insecure(parameters, config)
    _first_body(parameters, options, config)
    _first_answer(node, parameters, config)
    return Converted("http-request", config)


def _first_body(parameters: Parameters, options: Parameters, config: dict[str, Any]) -> None:
    """Files are named `field:file` there, or by the file alone."""
    kind = options.text("bodyContentType", "json")
    sends, named = parameters.take("sendBinaryData") is True, parameters.text("binaryPropertyName", "data")
    if kind == "multipart-form-data":
        config["bodyKind"] = "multipart"
        if sends:
            pairs = [part.strip().rpartition(":") for part in named.split(",")]
            config["files"] = {field or file: file for field, _colon, file in pairs}
    elif sends:
        config |= {"bodyKind": "file", "file": named}
    elif kind == "form-urlencoded":
        config["bodyKind"] = "form"
    elif kind == "raw":
        raise Unsupported(PARAMETER, parameter="options.bodyContentType")
    elif isinstance(config.get("body"), str) and isinstance(config.get("headers", {}), dict):
        config["headers"] = {**JSON, **config.get("headers", {})}


def _first_answer(node: Written, parameters: Parameters, config: dict[str, Any]) -> None:
    kind, name = parameters.take("responseFormat", "json"), parameters.text("dataPropertyName", "data")
    if kind not in ("json", "string", "file"):
        raise refuse_operation(node, kind)
    if kind == "file":
        config |= {"output": "file", "file": name}
    elif name != "data":
        config["to"] = name


def _graphql(_node: Written, parameters: Parameters) -> Converted:
    """A request whose body is the query and its variables; the answer is the item."""
    config: dict[str, Any] = {"url": template(parameters.take("endpoint", "")), "output": "body"}
    query = template(parameters.take("query", ""))
    variables = _object(parameters.take("variables", {}))
    operation = parameters.take("operationName")
    named = {} if operation is None else {"operationName": template(operation)}
    if parameters.text("requestMethod", "POST") == "GET":
        config |= {"method": "GET", "query": {"query": query, "variables": variables, **named}}
    else:
        config |= {"method": "POST", "body": {"query": query, "variables": variables, **named}}
    if parameters.text("responseFormat", "json") != "json":
        raise Unsupported(PARAMETER, parameter="responseFormat")
    parameters.take("requestFormat")  # what goes out as JSON is understood by every server
    headers = _fields(parameters, "headerParametersUi", "parameter")
    return Converted("http-request", config | ({"headers": headers} if headers else {}))


def _object(written: Any) -> Any:
    """An expression that gives an object, or one that is written out as JSON."""
    if not isinstance(written, str) or written.startswith("="):
        return template(written)
    try:
        return template(json.loads(written))
    except ValueError:
        raise Unsupported(PARAMETER, parameter="variables") from None


TYPES = {"httpRequest": _http, "graphql": _graphql}
