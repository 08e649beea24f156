"""Findings as people read them, in the language of the moment: stored ones are msgids with their params."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from workflows.graph.problems import Problem

FIELD_AND_WORDS = gettext_noop("Поле «%(field)s»: %(words)s")
TITLED_FIELD_AND_WORDS = gettext_noop("Поле «%(title)s (%(field)s)»: %(words)s")
WHOLE_CONFIG = "config"
"""Stands for a field where several fields, or the config as such, are at fault."""
WORDS_ALONE = "%(words)s"


def stored(problem: Problem) -> dict[str, Any]:
    """The finding as a version keeps it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "nodeId": problem.node_id,
        "edgeId": problem.edge_id,
        "message": problem.message,
        "params": dict(problem.params),
        "suggestion": problem.suggestion,
    }


def shown(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored findings as the API gives them: `{code, severity, nodeId, edgeId, message, suggestion}`."""
    return [
        {
            "code": problem["code"],
            "severity": problem["severity"],
            "nodeId": problem["nodeId"],
            "edgeId": problem["edgeId"],
            "message": _message(problem),
            "suggestion": filled(problem.get("suggestion") or "", problem.get("params", {})),
        }
        for problem in problems
    ]


def has_errors(problems: Iterable[Mapping[str, Any]]) -> bool:
    return any(problem["severity"] == "error" for problem in problems)


def config_message(field: str, words: str, params: Mapping[str, Any], title: str = "") -> str:
    """What is wrong with a field of a config, named first; with the config as a whole no field is named.

    `title` is the msgid of what it is called on the form, for people; its key is named beside it.
    """
    told = filled(words, params)
    if field == WHOLE_CONFIG:
        return told[:1].upper() + told[1:]
    return gettext(naming(field, title)) % {"field": field, "title": gettext(title) if title else "", "words": told}


def naming(field: str, title: str) -> str:
    """The msgid of a failed step's message, filled with `field`, its `title` where it has one, and `words`."""
    if field == WHOLE_CONFIG:
        return WORDS_ALONE
    return TITLED_FIELD_AND_WORDS if title else FIELD_AND_WORDS


def sentence(message: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A msgid with its places, as it is stored among the details of a failure: who reads it translates it."""
    return {"message": message, "params": dict(params)}


def filled(message: str, params: Mapping[str, Any]) -> str:
    """A msgid translated, with its places filled; a text with a stray percent sign stays as it is."""
    translated = gettext(message) if message else ""
    try:
        return translated % params
    except (KeyError, TypeError, ValueError):
        return translated


def _message(problem: Mapping[str, Any]) -> str:
    params = problem.get("params", {})
    if problem["code"] == "config_invalid":
        return config_message(params["field"], problem["message"], params, params.get("title", ""))
    return filled(problem["message"], params)
