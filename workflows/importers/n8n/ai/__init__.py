"""PURE: the AI nodes of n8n. Those that hang on `ai_*` links work inside their parent, and become a part of it here."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.importers.n8n.ai import agents, classifiers, libraries, models
from workflows.importers.n8n.conversion import Convert, Converted
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import Parameters


def _idle(node: Written, parameters: Parameters) -> Converted:
    """A part that hangs on nothing never runs in n8n either; the report on links tells of it."""
    for name in node.parameters:
        parameters.take(name)
    return Converted("noop")


PARTS = (*models.PARTS, *libraries.PARTS, *agents.PARTS)
TABLE: Mapping[str, Convert] = {**dict.fromkeys(PARTS, _idle), **agents.TYPES, **classifiers.TYPES, **libraries.TYPES}
