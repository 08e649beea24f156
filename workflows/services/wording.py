"""Findings as people read them, in the language of the moment: stored ones are msgids with their params."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from workflows.graph.problems import Problem

FIELD_AND_WORDS = gettext_noop("Поле «%(field)s»: %(words)s")


def stored(problem: Problem) -> dict[str, Any]:
    """The finding as a version keeps it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "nodeId": problem.node_id,
        "edgeId": problem.edge_id,
        "message": problem.message,
        "params": dict(problem.params),
    }


def shown(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored findings as the API gives them: `{code, severity, nodeId, edgeId, message}`."""
    return [
        {
            "code": problem["code"],
            "severity": problem["severity"],
            "nodeId": problem["nodeId"],
            "edgeId": problem["edgeId"],
            "message": _message(problem),
        }
        for problem in problems
    ]


def has_errors(problems: Iterable[Mapping[str, Any]]) -> bool:
    return any(problem["severity"] == "error" for problem in problems)


def config_message(field: str, words: str, params: Mapping[str, Any]) -> str:
    """What is wrong with a field of a config, named first."""
    return gettext(FIELD_AND_WORDS) % {"field": field, "words": filled(words, params)}


def filled(message: str, params: Mapping[str, Any]) -> str:
    """A msgid translated, with its places filled; a text with a stray percent sign stays as it is."""
    translated = gettext(message)
    try:
        return translated % params
    except (KeyError, TypeError, ValueError):
        return translated


def _message(problem: Mapping[str, Any]) -> str:
    params = problem.get("params", {})
    if problem["code"] == "config_invalid":
        return config_message(params["field"], problem["message"], params)
    return filled(problem["message"], params)
