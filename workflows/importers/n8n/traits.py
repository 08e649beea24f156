"""PURE: what the types of n8n do to the links of a workflow: their inputs, outputs and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from workflows.graph.links.model import LinkNode, Terminality
from workflows.importers.n8n.document import BASE, NATIVE, Written
from workflows.importers.n8n.mentioned import mentioned

TRIGGERS = {
    "manualTrigger": "manual",
    "start": "manual",
    "scheduleTrigger": "schedule",
    "cron": "schedule",
    "interval": "schedule",
    "webhook": "webhook",
    "formTrigger": "form",
    "executeWorkflowTrigger": "subworkflow",
    "errorTrigger": "error",
    "emailReadImap": "app",
    "lc:chatTrigger": "chat",
    "lc:manualChatTrigger": "chat",
    "lc:mcpTrigger": "mcp",
    "workflowTrigger": "app",
    "n8nTrigger": "app",
    "evaluationTrigger": "app",
}
FAMILIES = (
    ("lc:lm", "ai_languageModel"),
    ("lc:modelSelector", "ai_languageModel"),
    ("lc:memoryManager", None),
    ("lc:memory", "ai_memory"),
    ("lc:toolExecutor", None),
    ("lc:tool", "ai_tool"),
    ("lc:mcpClientTool", "ai_tool"),
    ("lc:agentTool", "ai_tool"),
    ("lc:outputParser", "ai_outputParser"),
    ("lc:embeddings", "ai_embedding"),
    ("lc:document", "ai_document"),
    ("lc:textSplitter", "ai_textSplitter"),
    ("lc:retriever", "ai_retriever"),
    ("lc:reranker", "ai_reranker"),
)
NEED_MODEL = frozenset(
    {
        "lc:agent",
        "lc:chainLlm",
        "lc:chainRetrievalQa",
        "lc:chainSummarization",
        "lc:informationExtractor",
        "lc:textClassifier",
        "lc:sentimentAnalysis",
    }
)
MESSENGERS = frozenset(
    {
        "telegram",
        "slack",
        "discord",
        "mattermost",
        "microsoftTeams",
        "rocketchat",
        "gmail",
        "emailSend",
        "sendGrid",
        "mailgun",
        "twilio",
        "whatsApp",
        "signl4",
        "pushover",
        "pushbullet",
        "gotify",
        "pagerDuty",
        "matrix",
        "microsoftOutlook",
        "sendInBlue",
        "vonage",
        "messageBird",
        "zulip",
        "googleChat",
        "line",
        "awsSns",
    }
)
TELLS = re.compile(r"(?i)notif|alert|уведом|оповещ|сообщ.{0,200} об ошибк")
COMPLETES = re.compile(r"(?i)^(complete|done|finish|end|return|success|заверш|готово|конец)|no operation|\bend of\b")
KEEPS = re.compile(r"(?i)\b(save|store|log|record|write|сохран|запис|лог)")
FAILS = re.compile(r"(?i)error|fail|exception|ошиб|сбо[йя]")
WAITS = frozenset({"wait", "form"})
ROUTERS = frozenset(
    {"filter", "lc:textClassifier", "lc:sentimentAnalysis", "compareDatasets", "limit", "removeDuplicates"}
)
NOT_KEPT_BY = frozenset({"errorTrigger", "stopAndError", "if", "switch", "noOp", "wait", "merge", "filter"})
ONE_OUTPUT = frozenset({"lc:agent", "lc:chainLlm", "lc:chainSummarization", "lc:chainRetrievalQa", "lc:openAi"})
"""AI nodes with one output; all of n8n's own nodes have one unless said otherwise."""

Branch = Literal["if", "switch"]


def link_node(node: Written) -> LinkNode:
    """The node with its role in the flow."""
    if node.kind == "stickyNote":
        return LinkNode(node.id, node.name, node.kind, remark=True, inputs=0, outputs=())
    outputs, inputs, loop = _outputs(node), _inputs(node), _loop(node)
    error_output = None
    if node.raw.get("onError") == "continueErrorOutput" and outputs is not None:
        error_output = len(outputs)
    trigger, family = trigger_kind(node.kind), family_of(node)
    notifies = node.kind in MESSENGERS or (TELLS.search(node.name) is not None and trigger is None)
    saves_error = trigger is None and _saves_error(node, notifies)
    return LinkNode(
        id=node.id,
        name=node.name,
        type=node.kind,
        disabled=node.disabled,
        trigger=trigger,
        family=family,
        inputs=inputs,
        outputs=outputs,
        error_output=error_output,
        branch=_branch(node.kind),
        routes=node.kind in ROUTERS,
        gathers=node.kind in ("merge", "compareDatasets"),
        loop=loop,
        waits=node.kind in WAITS,
        answers=node.kind in ("respondToWebhook", "lc:respondToWebhook"),
        answer_mode=_answer_mode(node, trigger),
        needs_model=node.kind in NEED_MODEL,
        terminality=_terminality(node, notifies=notifies, saves_error=saves_error),
        notifies=notifies,
        saves_error=saves_error,
        refs=mentioned(node.parameters),
    )


def trigger_kind(kind: str) -> str | None:
    """The kind of trigger that a type is; None for all others."""
    known = TRIGGERS.get(kind)
    if known is not None:
        return known
    if kind.startswith(f"{NATIVE}trigger-"):
        return "schedule"
    return "app" if kind.endswith("Trigger") and kind != "lc:toolTrigger" else None


def family_of(node: Written) -> str | None:
    """The kind of link by which a node that only works inside others hangs on them; None for all other nodes."""
    if node.kind.endswith("Tool") and not node.kind.startswith("lc:"):
        return "ai_tool"
    for prefix, family in FAMILIES:
        if node.kind.startswith(prefix):
            return family
    return None


def _branch(kind: str) -> Branch | None:
    return "if" if kind == "if" else "switch" if kind == "switch" else None


def _loop(node: Written) -> tuple[int, int | None] | None:
    if node.kind != "splitInBatches":
        return None
    return (0, None) if node.version < 2 else (0, 1) if node.version < 3 else (1, 0)


def _inputs(node: Written) -> int | None:
    if node.kind == "merge":
        wanted = node.parameters.get("numberInputs", 2) if node.version >= 3 else 2
        if isinstance(wanted, str) and wanted.isascii() and wanted.isdigit() and len(wanted) < 3:
            wanted = int(wanted)
        return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0 else None
    if node.kind == "compareDatasets":
        return 2
    return 1 if _has_one(node) else None


def _has_one(node: Written) -> bool:
    """Whether the node is of n8n itself, so that its inputs and outputs are known; `raw` tells packages apart."""
    return node.kind in ONE_OUTPUT or str(node.raw.get("type")).startswith(BASE)


def _outputs(node: Written) -> tuple[str, ...] | None:
    """The names of the outputs, the one for errors aside; None where only n8n knows."""
    if node.kind == "if":
        return ("true", "false")
    if node.kind == "switch":
        return _switch_outputs(node)
    if node.kind == "filter":
        return ("kept",)
    if node.kind == "splitInBatches":
        return ("loop",) if node.version < 2 else ("loop", "done") if node.version < 3 else ("done", "loop")
    if node.kind == "compareDatasets":
        return ("in A only", "same", "different", "in B only")
    if node.kind == "webhook":
        methods = node.parameters.get("httpMethod", ["GET", "POST"])
        several = node.parameters.get("multipleMethods") is True and isinstance(methods, list)
        return tuple(str(method) for method in methods) if several else ("main",)
    return ("main",) if _has_one(node) else None


def _switch_outputs(node: Written) -> tuple[str, ...] | None:
    parameters = node.parameters
    if node.version < 3:
        if parameters.get("mode") == "expression":
            return tuple(str(number) for number in range(_count(parameters.get("outputsAmount", 4))))
        return ("0", "1", "2", "3")
    if parameters.get("mode") == "expression":
        return tuple(str(number) for number in range(_count(parameters.get("numberOutputs", 4))))
    rules = parameters.get("rules")
    values = rules.get("values", rules.get("rules")) if isinstance(rules, Mapping) else None
    if not isinstance(values, list):
        return None
    names = tuple(_rule_name(rule, number) for number, rule in enumerate(values))
    options = parameters.get("options")
    fallback = options.get("fallbackOutput") if isinstance(options, Mapping) else parameters.get("fallbackOutput")
    return (*names, "fallback") if fallback == "extra" else names


def _count(wanted: Any) -> int:
    is_count = isinstance(wanted, int) and not isinstance(wanted, bool) and 0 < wanted <= 1000
    return wanted if is_count else 4


def _rule_name(rule: Any, number: int) -> str:
    name = rule.get("outputKey") if isinstance(rule, Mapping) else None
    return name if isinstance(name, str) and name else str(number)


def _answer_mode(node: Written, trigger: str | None) -> str | None:
    if trigger == "webhook":
        return str(node.parameters.get("responseMode", "onReceived"))
    if trigger == "form":
        return str(node.parameters.get("responseMode", "onReceived"))
    return None


def _saves_error(node: Written, notifies: bool) -> bool:
    if notifies or node.kind in NOT_KEPT_BY or node.kind == "respondToWebhook":
        return False
    return KEEPS.search(node.name) is not None and FAILS.search(node.name) is not None


def _terminality(node: Written, *, notifies: bool, saves_error: bool) -> Terminality:
    if node.kind == "respondToWebhook":
        return "respond"
    if node.kind == "stopAndError":
        return "stop"
    if saves_error:
        return "save-error"
    if notifies:
        return "notification"
    return "complete" if node.kind == "noOp" or COMPLETES.search(node.name) else "other"
