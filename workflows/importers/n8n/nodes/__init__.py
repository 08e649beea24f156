"""PURE: what each type of n8n becomes here. A file holds types that belong together, `TYPES` what they become."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.importers.n8n.conversion import Convert
from workflows.importers.n8n.nodes import (
    choosing,
    documents,
    fields,
    files,
    flow,
    http,
    images,
    lists,
    messages,
    programs,
    stores,
    triggers,
)

TABLE: Mapping[str, Convert] = {
    **choosing.TYPES,
    **documents.TYPES,
    **fields.TYPES,
    **files.TYPES,
    **flow.TYPES,
    **http.TYPES,
    **images.TYPES,
    **lists.TYPES,
    **messages.TYPES,
    **programs.TYPES,
    **stores.TYPES,
    **triggers.TYPES,
}
