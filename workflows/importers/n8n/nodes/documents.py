"""PURE: nodes that read and write documents inside items: HTML, Markdown, XML, hashes."""

from __future__ import annotations

import json
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.nodes.programs import program
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import plain_path, script

HASHES = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}


def _html(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.take("operation", "generateHtmlTemplate")
    if operation == "extractHtmlContent":
        return _extract(node, parameters)
    if operation != "generateHtmlTemplate":
        raise refuse_operation(node, operation)
    parameters.group("options")
    text = parameters.take("html", "")
    return program("each", f"return {{html:{script('=' + str(text).removeprefix('='))}}};")


def _extract(_node: Written, parameters: Parameters) -> Converted:
    """Each page gives an item with what its selectors find, and nothing else."""
    if parameters.text("sourceData", "json") != "json":
        raise Unsupported(PARAMETER, parameter="sourceData")
    options = parameters.group("options")
    options.take("trimValues")  # texts come trimmed; spaces around them say nothing in HTML
    options.take("cleanUpText")
    rows = parameters.rows("extractionValues", "values")
    extractions = [_extraction(row) for row in rows if row.take("key") is not None]
    if not extractions:
        raise Unsupported(PARAMETER, parameter="extractionValues")
    field = parameters.text("dataPropertyName", "data")
    return Converted("html", {"field": field, "extract": extractions, "output": "found"})


def _extraction(row: Parameters) -> dict[str, Any]:
    what = row.text("returnValue", "text")
    if what not in ("text", "html", "attribute"):
        raise Unsupported(PARAMETER, parameter="extractionValues.values.returnValue")
    row.take("skipSelectors")
    attribute = row.text("attribute")
    return {
        "name": row.text("key"),
        "selector": row.text("cssSelector"),
        "what": what,
        "many": row.take("returnArray") is True,
        **({"attribute": attribute} if what == "attribute" else {}),
    }


def _markdown(_node: Written, parameters: Parameters) -> Converted:
    """The source is one field of the item."""
    mode = parameters.text("mode", "htmlToMarkdown")
    name = "html" if mode == "htmlToMarkdown" else "markdown"
    path = plain_path(parameters.take(name, ""))
    if path is None:
        raise Unsupported(PARAMETER, parameter=name)
    parameters.group("options")
    to = parameters.text("destinationKey", "data")
    return Converted("markdown", {"field": path, "to": to, "mode": {"html": "toMarkdown"}.get(name, "toHtml")})


def _xml(node: Written, parameters: Parameters) -> Converted:
    if parameters.text("mode", "xmlToJson") != "xmlToJson":
        raise refuse_operation(node, parameters.text("mode"))
    options = parameters.group("options")
    options.take("explicitRoot")
    options.take("trim")
    options.take("normalize")
    attributes = "drop" if options.take("ignoreAttrs") is True else "merge"
    if options.take("mergeAttrs", True) is False:
        raise Unsupported(PARAMETER, parameter="options.mergeAttrs")
    field = parameters.text("dataPropertyName", "data")
    return Converted("xml", {"field": field, "attributes": attributes, "output": "found"})


def _crypto(node: Written, parameters: Parameters) -> Converted:
    action, kind = parameters.text("action", "hash"), parameters.text("type", "MD5")
    target = json.dumps(parameters.text("dataPropertyName", "data"))
    if action == "generate":
        if parameters.text("encodingType", "uuid") != "uuid":
            raise Unsupported(PARAMETER, parameter="encodingType")
        return program("each", f"return {{...$json,{target}:require('crypto').randomUUID()}};")
    if action not in ("hash", "hmac"):
        raise refuse_operation(node, action)
    if kind not in HASHES or parameters.take("binaryData") is True:
        raise Unsupported(PARAMETER, parameter="type" if kind not in HASHES else "binaryData")
    value, encoding = script(parameters.take("value", "")), parameters.text("encoding", "hex")
    made = f"createHash({HASHES[kind]!r})"
    if action == "hmac":
        made = f"createHmac({HASHES[kind]!r},String({script(parameters.take('secret', ''))}))"
    result = f"require('crypto').{made}.update(v).digest({encoding!r})"
    return program("each", f"const v=String({value});\nreturn {{...$json,{target}:{result}}};")


TYPES = {
    "html": _html,
    "htmlExtract": _extract,
    "markdown": _markdown,
    "xml": _xml,
    "crypto": _crypto,
}
