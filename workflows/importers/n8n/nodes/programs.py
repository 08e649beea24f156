"""PURE: `code`, `function` and `functionItem`: programs run as they are."""

from __future__ import annotations

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import Parameters, Unsupported
from workflows.importers.n8n.texts import refuse_beyond, unescaped
from workflows.items.wording import gettext_noop

MAX_PROGRAM = 100_000
NO_PROGRAM = gettext_noop("В узле нет программы, или она слишком велика")


def program(mode: str, code: str) -> Converted:
    """A program of ours that does what a node of theirs does. Raises `Unsupported`."""
    if not code.strip() or len(code) > MAX_PROGRAM:
        raise Unsupported(NO_PROGRAM)
    return Converted("code", {"mode": mode, "code": code})


def _code(node: Written, parameters: Parameters) -> Converted:
    language = parameters.take("language", "javaScript")
    if language != "javaScript":
        raise refuse_operation(node, language)
    each = parameters.take("mode", "runOnceForAllItems") == "runOnceForEachItem"
    source = parameters.take("jsCode", parameters.take("functionCode", ""))
    return _written(str(source), "each" if each else "all")


def _function(_node: Written, parameters: Parameters) -> Converted:
    return _written(str(parameters.take("functionCode", "")), "all")


def _function_item(_node: Written, parameters: Parameters) -> Converted:
    """Its `item` is the data itself, and so is what it returns; files are reached by two functions."""
    source = str(parameters.take("functionCode", ""))
    refuse_beyond(source)
    body = (
        "let held = $binary;\nconst setBinaryData = (files) => { held = files; };\n"
        f"const made = await (async (item) => {{\n{source}\n}})(JSON.parse(JSON.stringify($json)));\n"
        "return { json: made, binary: held };"
    )
    return program("each", body)


def _written(source: str, mode: str) -> Converted:
    refuse_beyond(source)
    return program(mode, unescaped(source.removeprefix("=")))


TYPES = {"code": _code, "function": _function, "functionItem": _function_item}
