"""PURE: `if`, `switch` and `filter`: their conditions become one expression."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import Parameters, Unsupported
from workflows.importers.n8n.texts import expression, script
from workflows.items.wording import gettext_noop

MAX_RULES = 10
TOO_MANY_RULES = gettext_noop("Правил больше %(limit)s")
OLD_CONDITIONS = gettext_noop("Условия записаны не так, как их читает этот узел: они не действуют")
FIRST_OPERATIONS = {"string": "equal", "number": "smaller", "boolean": "equal", "dateTime": "after"}
"""What the first versions do where no operation is written."""

_EMPTY = (
    "(a==null||a===''||(Array.isArray(a)&&!a.length)"
    "||(typeof a==='object'&&!(a instanceof Date)&&!Object.keys(a).length))"
)
_TIME = "((x)=>x==null?NaN:(x.toMillis?x.toMillis():new Date(x).getTime()))"
_PATTERN = "(m=>new RegExp(m?m[1]:String(b),m?m[2]:''))(String(b).match(/^\\/(.*)\\/([a-z]*)$/))"
_TESTS = {
    "equals": "a===b",
    "contains": "(a==null?false:a.includes(b))",
    "startsWith": "String(a).startsWith(b)",
    "endsWith": "String(a).endsWith(b)",
    "regex": f"{_PATTERN}.test(a)",
    "gt": "a>b",
    "lt": "a<b",
    "gte": "a>=b",
    "lte": "a<=b",
    "true": "!!a",
    "false": "!a",
    "exists": "a!=null",
    "empty": _EMPTY,
    "after": f"{_TIME}(a)>{_TIME}(b)",
    "before": f"{_TIME}(a)<{_TIME}(b)",
    "afterOrEquals": f"{_TIME}(a)>={_TIME}(b)",
    "beforeOrEquals": f"{_TIME}(a)<={_TIME}(b)",
    "lengthEquals": "(a||[]).length==b",
    "lengthGt": "(a||[]).length>b",
    "lengthLt": "(a||[]).length<b",
    "lengthGte": "(a||[]).length>=b",
    "lengthLte": "(a||[]).length<=b",
}
_NEGATED = {"notEquals": "equals", "notContains": "contains", "notStartsWith": "startsWith", "notEndsWith": "endsWith",
            "notRegex": "regex", "notExists": "exists", "notEmpty": "empty",
            "lengthNotEquals": "lengthEquals"}  # fmt: skip
_OLD_NAMES = {"equal": "equals", "notEqual": "notEquals", "larger": "gt", "largerEqual": "gte", "smaller": "lt",
              "smallerEqual": "lte", "isEmpty": "empty", "isNotEmpty": "notEmpty", "greater": "gt",
              "less": "lt"}  # fmt: skip
_CASTS = {
    "string": "(x=>x==null?x:String(x))",
    "number": "(x=>x==null||x===''?x:Number(x))",
    "boolean": "(x=>typeof x==='string'?x.toLowerCase()==='true'||x==='1':x)",
}


def _if(node: Written, parameters: Parameters) -> Converted:
    _empty_options(parameters)
    return Converted("if", {"when": expression(_conditions(node, parameters))}, ("true", "false"))


def _filter(node: Written, parameters: Parameters) -> Converted:
    _empty_options(parameters)
    return Converted("data-filter", {"when": expression(_conditions(node, parameters))}, ("out", None))


def _empty_options(parameters: Parameters) -> None:
    options = parameters.group("options")
    options.take("ignoreCase")
    options.take("looseTypeValidation")


def _conditions(node: Written, parameters: Parameters) -> str:
    """JavaScript that says whether the conditions hold."""
    written = parameters.take("conditions", {})
    if node.version >= 2 and not _is_old(written):
        return _new_conditions(written)
    all_of = parameters.take("combineOperation", parameters.take("combineConditions", "all")) in ("all", "AND")
    tests = [
        _old_test(kind, one)
        for kind, ones in (written.items() if isinstance(written, Mapping) else ())
        for one in (ones if isinstance(ones, list) else ())
        if isinstance(one, Mapping)
    ]
    return _joined(tests, all_of)


def _is_old(written: Any) -> bool:
    """Whether conditions are those of the first version: `{"string": [{"value1", "operation", "value2"}]}`.

    People write them under later versions, too, where n8n does not read them; what they mean is plain.
    """
    return isinstance(written, Mapping) and bool(written) and set(written) <= set(FIRST_OPERATIONS)


def _joined(tests: list[str], all_of: bool) -> str:
    return f"[{','.join(tests)}].{'every' if all_of else 'some'}(x=>x)" if tests else json.dumps(all_of)


def _old_test(kind: str, one: Mapping[str, Any]) -> str:
    operation = one.get("operation", FIRST_OPERATIONS.get(kind, "equal"))
    name = _OLD_NAMES.get(operation, operation) if isinstance(operation, str) else ""
    return _test(kind, name, script(one.get("value1")), script(one.get("value2", "")), ignore_case=False)


def _new_conditions(written: Any) -> str:
    if not isinstance(written, Mapping) or not isinstance(written.get("conditions", []), list):
        raise Unsupported(OLD_CONDITIONS)
    if "conditions" not in written and set(written) - {"options", "combinator"}:
        raise Unsupported(OLD_CONDITIONS)
    options = written.get("options")
    ignore_case = isinstance(options, Mapping) and options.get("caseSensitive") is False
    tests = []
    for one in written.get("conditions", []):
        operator = one.get("operator") if isinstance(one, Mapping) else None
        if not isinstance(operator, Mapping):
            raise Unsupported(OLD_CONDITIONS)
        kind, name = str(operator.get("type")), str(operator.get("operation"))
        left, right = script(one.get("leftValue")), script(one.get("rightValue"))
        tests.append(_test(kind, name, left, right, ignore_case=ignore_case))
    return _joined(tests, written.get("combinator", "and") == "and")


def _test(kind: str, name: str, left: str, right: str, *, ignore_case: bool) -> str:
    """One comparison. The values are made what the comparison expects, as n8n's loose validation does."""
    positive = _NEGATED.get(name, name)
    body = _TESTS.get(positive)
    if body is None:
        raise Unsupported(gettext_noop("Сравнение «%(name)s» не поддерживается"), name=name[:100])
    if kind == "dateTime" and positive == "equals":
        body = f"{_TIME}(a)==={_TIME}(b)"
    cast = _CASTS.get(kind, "(x=>x)") if positive not in ("exists", "empty") else "(x=>x)"
    lower = "(x=>typeof x==='string'?x.toLowerCase():x)" if ignore_case else "(x=>x)"
    call = f"((a,b)=>{body})({lower}({cast}({left})),{lower}({cast}({right})))"
    return f"!{call}" if name in _NEGATED else call


def _switch(node: Written, parameters: Parameters) -> Converted:
    if node.version >= 3:
        return _new_switch(node, parameters)
    mode = parameters.take("mode", "rules")
    if mode == "expression":
        return _by_number(parameters.take("output", 0), parameters.number("outputsAmount", 4))
    if mode == "json":
        return _by_value(parameters)
    if mode != "rules":
        raise refuse_operation(node, mode)
    kind, value = parameters.text("dataType", "number"), parameters.take("value1", "")
    tests: list[tuple[int, str]] = []
    for row in parameters.rows("rules", "rules"):
        operation, output = row.text("operation", "equal"), row.number("output", 0)
        right = row.take("value2", "")
        name = _OLD_NAMES.get(operation, operation)
        tests.append((int(output), _test(kind, name, script(value), script(right), ignore_case=False)))
    fallback = parameters.number("fallbackOutput", -1)
    chosen = "".join(f"{test}?{output + 1}:" for output, test in tests) + str(int(fallback) + 1 if fallback >= 0 else 0)
    return Converted("switch", {"choose": expression(chosen)}, ("case_1", "case_2", "case_3", "case_4"))


def _new_switch(node: Written, parameters: Parameters) -> Converted:
    if parameters.take("mode", "rules") == "expression":
        return _by_number(parameters.take("output", 0), parameters.number("numberOutputs", 4))
    options = parameters.group("options")
    all_of_them = options.take("allMatchingOutputs") is True
    fallback = options.take("fallbackOutput", "none")
    options.take("renameFallbackOutput")
    options.take("ignoreCase")  # said again in each rule, which is what counts
    options.take("looseTypeValidation")
    tests = []
    for row in parameters.rows("rules", "values"):
        row.take("outputKey")
        row.take("renameOutput")
        tests.append(_new_conditions(row.take("conditions")))
    if len(tests) > MAX_RULES:
        raise Unsupported(TOO_MANY_RULES, limit=MAX_RULES)
    ports: tuple[str | None, ...] = tuple(f"case_{number}" for number in range(1, len(tests) + 1))
    rest = {"none": "0", "extra": "-1"}.get(str(fallback), str(fallback + 1 if isinstance(fallback, int) else 0))
    fits = f"[{','.join(tests)}].map((x,i)=>x?i+1:0).filter(x=>x)"
    chosen = f"(f=>f.length?f:[{rest}])({fits})" if all_of_them else f"({fits}[0]||{rest})"
    return Converted("switch", {"choose": expression(chosen)}, (*ports, "fallback") if fallback == "extra" else ports)


def _by_number(value: Any, outputs: Any) -> Converted:
    """The number of the output is what an expression gives, from 0."""
    if not 0 < outputs <= MAX_RULES:
        raise Unsupported(TOO_MANY_RULES, limit=MAX_RULES)
    ports = tuple(f"case_{number}" for number in range(1, int(outputs) + 1))
    return Converted("switch", {"choose": expression(f"Number({script(value)}) + 1")}, ports)


def _by_value(parameters: Parameters) -> Converted:
    """A value and a list of what it may be, an output for each: no mode of n8n's, but people write it."""
    value, rows = script(parameters.take("value", "")), parameters.take("conditions", [])
    wanted = [script(row.get("value")) for row in rows]
    if not 0 < len(wanted) <= MAX_RULES:
        raise Unsupported(TOO_MANY_RULES, limit=MAX_RULES)
    ports = tuple(f"case_{number}" for number in range(1, len(wanted) + 1))
    return Converted("switch", {"choose": expression(f"[{','.join(wanted)}].indexOf({value}) + 1")}, ports)


TYPES = {"if": _if, "filter": _filter, "switch": _switch}
