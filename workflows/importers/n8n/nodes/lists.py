"""PURE: nodes that turn many items into others: lists taken apart and put together, sorted, cut, counted."""

from __future__ import annotations

import json
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.nodes.programs import program
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import script

_READ = "const read=(o,p)=>String(p).split('.').reduce((a,k)=>a==null?undefined:a[k],o);\n"


def _split_out(node: Written, parameters: Parameters) -> Converted:
    names = _names(parameters.text("fieldToSplitOut"))
    include = parameters.take("include", "noOtherFields")
    options = parameters.group("options")
    target = options.text("destinationFieldName")
    options.take("disableDotNotation")
    if len(names) != 1 or include not in ("noOtherFields", "allOtherFields"):
        raise refuse_operation(node, include)
    last = names[0].split(".")[-1]
    given = "{...rest,...own}" if include == "allOtherFields" else "own"
    body = (
        f"{_READ}const out=[];\nitems.forEach((it,i)=>{{const v=read(it.json,{json.dumps(names[0])});"
        f"const list=Array.isArray(v)?v:v===undefined?[]:v!==null&&typeof v==='object'?Object.values(v):[v];"
        f"const rest={{...it.json}};delete rest[{json.dumps(names[0])}];"
        f"for(const e of list){{const own={_own(target, last, include)};"
        f"out.push({{json:{given},pairedItem:i}})}}}});\nreturn out;"
    )
    return program("all", body)


def _own(target: str, last: str, include: Any) -> str:
    if target:
        return f"{{{json.dumps(target)}:e}}"
    named = f"{{{json.dumps(last)}:e}}"
    return named if include == "allOtherFields" else f"(e!==null&&typeof e==='object'&&!Array.isArray(e)?e:{named})"


def _aggregate(node: Written, parameters: Parameters) -> Converted:
    options = parameters.group("options")
    lists = options.take("mergeLists") is True
    missing = options.take("keepMissing") is True
    if parameters.take("aggregate", "aggregateIndividualFields") == "aggregateAllItemData":
        if parameters.take("include", "allFields") != "allFields":
            raise refuse_operation(node, parameters.take("include"))
        target = parameters.text("destinationFieldName", "data")
        return program("all", f"return [{{json:{{{json.dumps(target)}:items.map(i=>i.json)}}}}];")
    fields = []
    for row in parameters.rows("fieldsToAggregate", "fieldToAggregate"):
        name = row.text("fieldToAggregate")
        renamed = row.take("renameField") is True
        target = row.text("outputFieldName") if renamed else name.split(".")[-1]
        if not renamed:
            row.take("outputFieldName")
        fields.append([name, target])
    if not all(name for name, _ in fields) or not fields:
        raise Unsupported(PARAMETER, parameter="fieldsToAggregate")
    keep = "true" if missing else "v!==undefined&&v!==null"
    flat = ".flat()" if lists else ""
    body = (
        f"{_READ}const o={{}};\nfor(const [a,b] of {json.dumps(fields)})"
        f"o[b]=items.map(i=>read(i.json,a)).filter(v=>{keep}).map(v=>v===undefined?null:v){flat};\nreturn [{{json:o}}];"
    )
    return program("all", body)


def _limit(_node: Written, parameters: Parameters) -> Converted:
    most = parameters.number("maxItems", 1)
    last = parameters.take("keep", "firstItems") == "lastItems"
    cut = f"slice(-{int(most)})" if last else f"slice(0,{int(most)})"
    return program("all", f"return items.map((it,i)=>({{json:it.json,pairedItem:i}})).{cut};")


def _sort(node: Written, parameters: Parameters) -> Converted:
    kind = parameters.take("type", "simple")
    if kind != "simple":
        raise refuse_operation(node, kind)
    options = parameters.group("options")
    options.take("disableDotNotation")
    fields = [
        [row.text("fieldName"), row.text("order", "ascending") == "descending"]
        for row in parameters.rows("sortFieldsUi", "sortField")
    ]
    if not fields:
        raise Unsupported(PARAMETER, parameter="sortFieldsUi")
    body = (
        f"{_READ}const low=v=>typeof v==='string'?v.toLowerCase():v;\n"
        "return items.map((it,i)=>({json:it.json,pairedItem:i})).sort((p,q)=>{"
        f"for(const [f,d] of {json.dumps(fields)}){{const a=low(read(p.json,f)),b=low(read(q.json,f));"
        "if(a===b)continue;if(a===undefined||a===null)return 1;if(b===undefined||b===null)return -1;"
        "return (a<b?-1:1)*(d?-1:1)}return 0});"
    )
    return program("all", body)


def _remove_duplicates(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.take("operation", "removeDuplicateInputItems")
    if operation == "removeItemsSeenInPreviousExecutions":
        return _seen_before(parameters)
    if operation not in ("removeDuplicateInputItems", "removeDuplicates"):
        raise refuse_operation(node, operation)
    compare = parameters.take("compare", "allFields")
    options = parameters.group("options")
    options.take("removeOtherFields")
    options.take("disableDotNotation")
    if compare == "allFields":
        key = "JSON.stringify(Object.entries(it.json).sort())"
    elif compare == "selectedFields":
        fields = json.dumps(_names(parameters.text("fieldsToCompare")))
        key = f"JSON.stringify({fields}.map(f=>read(it.json,f)))"
    else:
        fields = json.dumps(_names(parameters.text("fieldsToExclude")))
        key = f"JSON.stringify(Object.entries(it.json).filter(([k])=>!{fields}.includes(k)).sort())"
    body = (
        f"{_READ}const seen=new Set(),out=[];\nitems.forEach((it,i)=>{{const k={key};"
        "if(!seen.has(k)){seen.add(k);out.push({json:it.json,pairedItem:i})}});\nreturn out;"
    )
    return program("all", body)


def _seen_before(parameters: Parameters) -> Converted:
    """What was there in an earlier run is left out: values are remembered for the node, the last 10 000 of them."""
    parameters.take("logic")
    options = parameters.group("options")
    most = int(options.number("historySize", 10_000))
    if options.text("scope", "node") != "node" or parameters.text("logic", "removeItemsWithAlreadySeenKeyValues") != (
        "removeItemsWithAlreadySeenKeyValues"
    ):
        raise Unsupported(PARAMETER, parameter="logic")
    value = script(parameters.take("dedupeValue", ""))
    body = (
        "const kept=getWorkflowStaticData('node'),known=new Set(kept.seen||[]),out=[];\n"
        f"items.forEach((it,i)=>{{const k=String((($json)=>{value})(it.json));"
        "if(!known.has(k)){known.add(k);out.push({json:it.json,binary:it.binary,pairedItem:i})}});\n"
        f"kept.seen=[...known].slice(-{most});\nreturn out;"
    )
    return program("all", body)


_SUMS = {
    "append": "v",
    "count": "v.filter(x=>x!==undefined&&x!==null&&x!=='').length",
    "countUnique": "new Set(v.filter(x=>x!==undefined&&x!==null&&x!=='').map(x=>JSON.stringify(x))).size",
    "sum": "v.filter(x=>typeof x==='number').reduce((a,b)=>a+b,0)",
    "average": "(n=>n.length?n.reduce((a,b)=>a+b,0)/n.length:0)(v.filter(x=>typeof x==='number'))",
    "max": "v.filter(x=>x!=null).reduce((a,b)=>a===null||b>a?b:a,null)",
    "min": "v.filter(x=>x!=null).reduce((a,b)=>a===null||b<a?b:a,null)",
}
_PREFIXES = {"append": "appended", "countUnique": "unique_count"}


def _summarize(node: Written, parameters: Parameters) -> Converted:
    groups = _names(parameters.text("fieldsToSplitBy"))
    options = parameters.group("options")
    if options.take("outputFormat", "separateItems") != "separateItems":
        raise refuse_operation(node, options.take("outputFormat"))
    options.take("disableDotNotation")
    lines = []
    for row in parameters.rows("fieldsToSummarize", "values"):
        how, name = row.text("aggregation", "count"), row.text("field")
        row.take("includeEmpty")
        if how not in _SUMS or not name:
            raise refuse_operation(node, how)
        target = f"{_PREFIXES.get(how, how)}_{name.replace('.', '_')}"
        lines.append(f"{{const v=g.map(i=>read(i.json,{json.dumps(name)}));o[{json.dumps(target)}]={_SUMS[how]};}}")
    if not lines:
        raise Unsupported(PARAMETER, parameter="fieldsToSummarize")
    body = (
        f"{_READ}const by={json.dumps(groups)},groups=new Map();\n"
        "for(const it of items){const k=JSON.stringify(by.map(f=>read(it.json,f)));"
        "if(!groups.has(k))groups.set(k,[]);groups.get(k).push(it)}\n"
        "return [...groups.values()].map(g=>{const o={};for(const f of by)o[f.replaceAll('.','_')]=read(g[0].json,f);\n"
        + "\n".join(lines)
        + "\nreturn {json:o}});"
    )
    return program("all", body)


def _item_lists(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.take("operation", "splitOutItems")
    known = {
        "splitOutItems": _split_out,
        "concatenateItems": _aggregate,
        "aggregateItems": _aggregate,
        "limit": _limit,
        "sort": _sort,
        "removeDuplicates": _remove_duplicates,
        "summarize": _summarize,
    }
    if operation not in known:
        raise refuse_operation(node, operation)
    parameters.take("resource")
    return known[operation](node, parameters)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


TYPES = {
    "splitOut": _split_out,
    "aggregate": _aggregate,
    "limit": _limit,
    "sort": _sort,
    "removeDuplicates": _remove_duplicates,
    "summarize": _summarize,
    "itemLists": _item_lists,
}
