"""PURE: what the nodes of n8n that call outside services become. A file holds services that belong together."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.importers.n8n.conversion import Convert
from workflows.importers.n8n.vendors import (
    announcing,
    bitrix24,
    calendar,
    code_hosting,
    drive,
    google,
    linkedin,
    models,
    notion,
    records,
    snowflake,
)

TABLE: Mapping[str, Convert] = {
    **announcing.TYPES,
    **bitrix24.TYPES,
    **calendar.TYPES,
    **code_hosting.TYPES,
    **drive.TYPES,
    **google.TYPES,
    **linkedin.TYPES,
    **models.TYPES,
    **notion.TYPES,
    **records.TYPES,
    **snowflake.TYPES,
}
