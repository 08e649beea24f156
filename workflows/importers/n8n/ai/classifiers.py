"""PURE: `textClassifier` and `sentimentAnalysis`: a model says which way each item goes."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.ai.models import model_of
from workflows.importers.n8n.conversion import Converted
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import needed

MOST = 10
SENTIMENTS = "Positive, Neutral, Negative"
HOW = (
    "Please classify the text provided by the user into one of the following categories: {categories}, and use the "
    "provided formatting instructions below. Don't explain, and only output the json."
)
"""What n8n tells a model where nobody has written anything else: ours is told the same in other words."""


def _classifier(node: Written, parameters: Parameters) -> Converted:
    rows = parameters.rows("categories", "categories")
    categories = [{"name": row.text("category"), "description": row.text("description")} for row in rows]
    options = parameters.group("options")
    several, fallback = options.take("multiClass") is True, options.text("fallback", "discard")
    config = _config(node, parameters, options, categories)
    ways = _ways(categories)
    return Converted("text-classify", {**config, "several": several}, (*ways, "other") if fallback == "other" else ways)


def _sentiment(node: Written, parameters: Parameters) -> Converted:
    options = parameters.group("options")
    if options.take("includeDetailedResults") is True:
        raise Unsupported(PARAMETER, parameter="options.includeDetailedResults")
    names = [name.strip() for name in options.text("categories", SENTIMENTS).split(",") if name.strip()]
    categories = [{"name": name, "description": ""} for name in names]
    config = {**_config(node, parameters, options, categories), "field": "sentimentAnalysis.category"}
    return Converted("text-classify", config, _ways(categories))


def _config(
    node: Written, parameters: Parameters, options: Parameters, categories: list[dict[str, str]]
) -> dict[str, Any]:
    names = [one["name"] for one in categories]
    if not names or "" in names:
        raise Unsupported(MISSING, parameter="categories")
    if len(names) > MOST:
        raise Unsupported(PARAMETER, parameter="categories")
    options.take("enableAutoFixing")  # what does not fit is asked for once more
    written = options.take("systemPromptTemplate", "")
    config: dict[str, Any] = {
        "model": model_of(node, parameters),
        "text": needed(parameters, "inputText"),
        "categories": categories,
    }
    if written and written != HOW:
        config["instructions"] = str(template(written)).replace("{categories}", ", ".join(names))
    return config


def _ways(categories: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(f"category_{number}" for number in range(1, len(categories) + 1))


TYPES = {"lc:textClassifier": _classifier, "lc:sentimentAnalysis": _sentiment}
