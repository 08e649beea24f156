"""PURE: nodes that wait, join, repeat, answer, stop and call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import NotAWorkflow, Written, read
from workflows.importers.n8n.nodes.programs import TYPES as PROGRAMS
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import expression, template

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
ONE = {"runOnce": True}
STARTS = frozenset({"start", "manualTrigger", "executeWorkflowTrigger"})


def _noop(node: Written, parameters: Parameters) -> Converted:
    """It passes on what comes, whatever an earlier type has left in its parameters."""
    for name in node.parameters:
        parameters.take(name)
    return Converted("noop")


def _wait(node: Written, parameters: Parameters) -> Converted:
    resume = parameters.take("resume", "timeInterval")
    if resume == "specificTime":
        return Converted("delay", {"until": template(parameters.take("dateTime", ""))})
    if resume != "timeInterval" or parameters.take("mode") is not None:
        raise refuse_operation(node, parameters.take("mode", resume))
    unit = parameters.text("unit", "hours" if node.version < 1.1 else "seconds")
    amount = parameters.take("amount", 1 if node.version < 1.1 else 5)
    if isinstance(amount, str) and unit != "seconds":
        raise Unsupported(PARAMETER, parameter="amount")
    if unit not in SECONDS:
        raise Unsupported(PARAMETER, parameter="unit")
    return Converted("delay", {"seconds": template(amount) if isinstance(amount, str) else amount * SECONDS[unit]})


def _loop(node: Written, parameters: Parameters) -> Converted:
    """The last versions give the end first; the first one has no output for it."""
    outputs: tuple[str | None, ...] = (
        ("loop",) if node.version < 2 else ("loop", "done") if node.version < 3 else ("done", "loop")
    )
    size = parameters.number("batchSize", 10 if node.version < 3 else 1)
    reset = parameters.group("options").take("reset", False)
    if reset is False:
        return Converted("loop", {"batchSize": size}, outputs)
    if reset is not True or size != 1:
        raise Unsupported(PARAMETER, parameter="options.reset")
    ports = {
        "loop": "false",
        "done": "true",
    }  # begun anew every time, it gives one item and never ends
    return Converted("if", {"when": expression("false")}, tuple(ports[str(one)] for one in outputs), settings=ONE)


def _respond(node: Written, parameters: Parameters) -> Converted:
    how = parameters.take("respondWith", "firstIncomingItem")
    options = parameters.group("options")
    config: dict[str, Any] = {"status": options.number("responseCode", 200)}
    headers = {row.text("name"): template(row.take("value", "")) for row in options.rows("responseHeaders", "entries")}
    if headers:
        config["headers"] = headers
    if how == "binary":
        if parameters.text("responseDataSource", "automatically") == "set":
            config["file"] = parameters.text("inputFieldName", "data")
        return Converted("respond-to-webhook", {**config, "what": "file"})
    whole = {"firstIncomingItem": "item", "allIncomingItems": "items", "noData": "nothing"}.get(str(how))
    if whole is not None:
        parameters.take("responseBody")  # hidden in n8n, without effect
        return Converted("respond-to-webhook", {**config, "what": whole})
    if how not in ("json", "text"):
        raise refuse_operation(node, how)
    return Converted(
        "respond-to-webhook", {**config, "what": "body", "body": template(parameters.take("responseBody", ""))}
    )


def _stop(_node: Written, parameters: Parameters) -> Converted:
    parameters.take("errorType")
    message = parameters.take("errorMessage", parameters.take("message", ""))
    parameters.group("options")
    return Converted("stop", {"how": "fail", "message": template(message)})


def _call(node: Written, parameters: Parameters) -> Converted:
    """The called workflow is named by n8n's id; people put ours in its place."""
    source = parameters.take("source", "database")
    if source == "parameter":
        return _written_out(node, parameters)
    if source != "database":
        raise refuse_operation(node, source)
    named = parameters.take("workflowId", "")
    if isinstance(named, Mapping):
        named = named.get("cachedResultName") or named.get("value") or ""
    if not isinstance(named, str) or not named:
        raise Unsupported(PARAMETER, parameter="workflowId")
    inputs = parameters.group("workflowInputs")
    for name in ("schema", "mappingMode", "matchingColumns", "attemptToConvertTypes", "convertFieldsToString"):
        inputs.take(name)
    given = inputs.take("value")
    if given is None:  # a place that people make up
        given = parameters.group("additionalFields").take("input")
    waits = parameters.group("options").take("waitForSubWorkflow", True) is not False
    if parameters.take("waitForSubWorkflow", True) is False:
        waits = False
    mode = parameters.take("mode", "once")
    config: dict[str, Any] = {"workflow": template(named), "mode": "each" if mode == "each" else "once", "wait": waits}
    if isinstance(given, Mapping | str) and given:
        config["inputData"] = template(given)
    return Converted("sub-workflow", config)


def _written_out(node: Written, parameters: Parameters) -> Converted:
    """A workflow that is written out in the node. Where it is a start and one program, the node is that program."""
    try:
        document = read(json.loads(parameters.text("workflowJson")))
    except (ValueError, RecursionError, NotAWorkflow):
        raise Unsupported(PARAMETER, parameter="workflowJson") from None
    nodes = [one for one in document.nodes if one.kind != "stickyNote"]
    if [one.kind in STARTS for one in nodes] != [True, False] or parameters.text("mode", "once") != "once":
        raise refuse_operation(node, "parameter")
    start, inner = nodes
    links = [(link.source, link.key, link.target) for link in document.links]
    if inner.kind not in PROGRAMS or inner.disabled or links != [(start.name, "main", inner.name)]:
        raise refuse_operation(node, "parameter")
    return PROGRAMS[inner.kind](inner, parameters.adopt(inner.parameters, inner.name))


def _merge(node: Written, parameters: Parameters) -> Converted:
    if node.version < 2:
        config = _first_merge(node, parameters)
    elif node.version < 3:
        config = _merge_config(node, parameters, parameters.take("mode", "append"), "combinationMode", "mergeByFields")
    else:
        if parameters.number("numberInputs", 2) != 2:
            raise Unsupported(PARAMETER, parameter="numberInputs")
        how = "combineBy"
        config = _merge_config(node, parameters, parameters.take("mode", "append"), how, "mergeByFields")
    return Converted("merge", config, inputs=("first", "second"))


def _first_merge(node: Written, parameters: Parameters) -> dict[str, Any]:
    mode = parameters.take("mode", "append")
    if mode in ("append", "wait"):
        return {"mode": "append" if mode == "append" else "first"}
    if mode == "passThrough":
        return {"mode": "second" if parameters.take("output", "input1") == "input2" else "first"}
    if mode == "mergeByIndex":
        how = {"inner": "inner", "left": "left", "outer": "outer"}[parameters.text("join", "left")]
        return {"mode": "position", "how": how}
    if mode == "multiplex":
        return {"mode": "multiplex"}
    if mode == "mergeByPropertyName":  # a name that people make up for mergeByKey
        return {"mode": "key", "by": parameters.text("propertyName"), "how": "left"}
    if mode in ("keepKeyMatches", "mergeByKey", "removeKeyMatches"):
        keys = {"by": parameters.text("propertyName1"), "secondBy": parameters.text("propertyName2")}
        prefer = {"always": "second", "undefined": "first", "blank": "filled"}.get(
            parameters.text("overwrite", "always")
        )
        if prefer is None:
            raise Unsupported(PARAMETER, parameter="overwrite")
        if mode == "mergeByKey":
            return {"mode": "key", **keys, "how": "left", "prefer": prefer}
        return {"mode": "matched" if mode == "keepKeyMatches" else "unmatched", **keys}
    raise refuse_operation(node, mode)


def _merge_config(node: Written, parameters: Parameters, mode: Any, how_name: str, keys_name: str) -> dict[str, Any]:
    parameters.group("options").take("includeUnpaired")
    if mode == "append":
        return {"mode": "append"}
    how = parameters.take(how_name, "mergeByFields" if node.version < 3 else "combineByFields")
    if "chooseBranch" in (mode, how):  # a mode of its own, which people also write as a way of combining
        parameters.take("chooseBranchMode")
        wanted = parameters.take("output", "input1")
        second = wanted == "input2" or parameters.take("useDataOfInput", 1) in (2, "2")
        return {"mode": "second" if second else "first"}
    if mode != "combine":
        raise refuse_operation(node, mode)
    if how in ("mergeByPosition", "combineByPosition"):
        return {"mode": "position"}
    if how in ("multiplex", "combineAll"):
        return {"mode": "multiplex"}
    fields = parameters.rows(keys_name, "values")
    pairs = [(row.text("field1"), row.text("field2")) for row in fields]
    if parameters.take("fieldsToMatchString") is not None:
        names = [name.strip() for name in parameters.text("fieldsToMatchString").split(",") if name.strip()]
        pairs += [(name, name) for name in names]
    parameters.take("advanced")
    parameters.take("outputDataFrom")
    join = {"keepMatches": "inner", "enrichInput1": "left", "keepEverything": "outer"}.get(
        parameters.text("joinMode", "keepMatches")
    )
    if join is None or not pairs:
        raise refuse_operation(node, how)
    return {"mode": "key", "by": [one for one, _ in pairs], "secondBy": [other for _, other in pairs], "how": join}


def _compare(_node: Written, parameters: Parameters) -> Converted:
    """What is only here, the same, different, and only there: four outputs."""
    pairs = [(row.text("field1"), row.text("field2")) for row in parameters.rows("mergeByFields", "values")]
    prefer = {"preferInput1": "first", "preferInput2": "second", "includeBoth": "both"}.get(
        parameters.text("resolve", "preferInput2")
    )
    if prefer is None or not pairs:
        raise Unsupported(PARAMETER, parameter="resolve" if prefer is None else "mergeByFields")
    options = parameters.group("options")
    skipped = [name.strip() for name in options.text("skipFields").split(",") if name.strip()]
    for name in ("fuzzyCompare", "disableDotNotation", "multipleMatches"):
        if options.take(name) not in (None, False, "first"):
            raise Unsupported(PARAMETER, parameter=f"options.{name}")
    config = {"by": [one for one, _ in pairs], "secondBy": [other for _, other in pairs], "prefer": prefer}
    return Converted(
        "compare",
        config | ({"skip": skipped} if skipped else {}),
        ("only_first", "same", "different", "only_second"),
        ("first", "second"),
    )


def _labels(_node: Written, parameters: Parameters) -> Converted:
    """Words about the run, by which n8n finds it again: none are written here, so there have to be none."""
    parameters.take("operation")
    if parameters.rows("dataToSave", "values"):
        raise Unsupported(PARAMETER, parameter="dataToSave")
    return Converted("noop")


TYPES = {
    "noOp": _noop,
    "executionData": _labels,
    "wait": _wait,
    "splitInBatches": _loop,
    "respondToWebhook": _respond,
    "stopAndError": _stop,
    "executeWorkflow": _call,
    "merge": _merge,
    "compareDatasets": _compare,
}
