"""PURE: one node of n8n as a node of ours, or the reasons why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflows.importers.n8n.beyond import BEYOND, lacking
from workflows.importers.n8n.document import NATIVE, Written
from workflows.importers.n8n.parameters import OPERATION, PARAMETER, Parameters, Unsupported
from workflows.items.wording import gettext_noop

UNSUPPORTED = "unsupported"
UNKNOWN_TYPE = gettext_noop("Узлов типа «%(type)s» здесь нет")


@dataclass(frozen=True)
class Reason:
    """Why a node cannot run here. `message` is a gettext msgid with places for `params`."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Converted:
    """A native node. `outputs` and `inputs` are the names of its ports in the order of n8n's, None for one that is not
    there. `reasons` make it an `unsupported` one, whose ports take any name."""

    type: str
    config: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[str | None, ...] = ("out",)
    inputs: tuple[str | None, ...] = ("in",)
    settings: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    @property
    def is_unsupported(self) -> bool:
        return self.type == UNSUPPORTED


Convert = Callable[[Written, Parameters], Converted]

ODD_SHAPES = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading a parameter raises that is an object where n8n writes a name, or a number where it writes a list."""


def refuse_operation(node: Written, operation: Any) -> Unsupported:
    """The error for an operation that has no counterpart."""
    return Unsupported(OPERATION, operation=str(operation)[:100], type=node.kind)


def convert(node: Written, table: Mapping[str, Convert]) -> Converted:
    """The node as ours. Whatever has no counterpart makes it `unsupported`, with every reason that is known."""
    if node.disabled:
        return _standing_aside(convert(replace(node, disabled=False), table))
    if node.kind.startswith(NATIVE):
        return _own(node)
    found = table.get(node.kind)
    if found is None:
        return _unsupported([Reason(UNKNOWN_TYPE, {"type": str(node.raw["type"])[:200]})])
    parameters = Parameters(node.parameters)
    try:
        converted = found(node, parameters)
    except Unsupported as refused:
        return _unsupported([_with_field(Reason(refused.message, refused.params), node)])
    except ODD_SHAPES:
        return _unsupported([Reason(PARAMETER, {"parameter": "parameters"})])
    reasons = [Reason(PARAMETER, {"parameter": name[:200]}) for name in parameters.left()]
    if reasons:
        return _unsupported(reasons)
    settings = {**_settings(node.raw), **converted.settings}
    return Converted(converted.type, converted.config, converted.outputs, converted.inputs, settings)


def _with_field(reason: Reason, node: Written) -> Reason:
    """What is beyond expressions is named with the field that holds it, also one of a part of the node."""
    if reason.message != BEYOND:
        return reason
    name = reason.params["name"]
    waiting: list[tuple[str, Any]] = [("", node)]
    while waiting:
        path, value = waiting.pop(0)
        if isinstance(value, str) and lacking(value) == name:
            return Reason(BEYOND, {"field": path[:200], "name": name})
        if isinstance(value, Written):
            parts = [part for hung in value.parts.values() for part in hung]
            waiting += [(path, value.parameters), *((f"{part.name}: ", part) for part in parts)]
        elif isinstance(value, Mapping):
            lead = path if path == "" or path.endswith(": ") else f"{path}."
            waiting += [(f"{lead}{key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(path, inner) for inner in value]
    return Reason(BEYOND, {"field": "parameters", "name": name})


def _standing_aside(converted: Converted) -> Converted:
    """A disabled node: the same one here, which hands its items on as there, and does its work as soon as somebody
    enables it. Where there is none, or one that begins or repeats something, a `noop` hands them on."""
    if converted.is_unsupported or converted.type in ("noop", "loop") or not converted.inputs:
        return Converted("noop")
    return replace(converted, settings={**converted.settings, "disabled": True})


def _own(node: Written) -> Converted:
    """A node of ours that an export has written into an n8n document."""
    return Converted(
        node.kind.removeprefix(NATIVE),
        node.parameters,
        outputs=tuple(_names(node.raw.get("outputs"), "out")),
        inputs=tuple(_names(node.raw.get("inputs"), "in")),
    )


def _names(written: Any, otherwise: str) -> list[str]:
    return [str(name) for name in written] if isinstance(written, list) else [otherwise]


def _unsupported(reasons: list[Reason]) -> Converted:
    return Converted(UNSUPPORTED, {}, (), (), {}, tuple(reasons))


def _settings(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What n8n says about running a node, in our words. Behind a node that gives no items nothing runs there."""
    settings: dict[str, Any] = {}
    if raw.get("retryOnFail") is True:
        tries, wait = raw.get("maxTries", 3), raw.get("waitBetweenTries", 1000)
        settings["retry"] = {
            "attempts": min(100, max(1, tries)) if _is_whole(tries) else 3,
            "backoff": "fixed",
            "delaySeconds": max(0, wait) / 1000 if _is_whole(wait) else 1,
        }
    on_error = raw.get("onError", "continueRegularOutput" if raw.get("continueOnFail") is True else None)
    if on_error == "continueRegularOutput":
        settings["onError"] = "continue"
    elif on_error == "continueErrorOutput":
        settings["onError"] = "error_port"
    if raw.get("executeOnce") is True:
        settings["runOnce"] = True
    settings["lenient"] = True  # there, what fails for want of a value is nothing
    settings["whenEmpty"] = "item" if raw.get("alwaysOutputData") is True else "skip"
    return settings


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
