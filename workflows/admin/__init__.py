"""Pages of the admin; Django looks for them here."""

from __future__ import annotations

from workflows.admin.versions import WorkflowVersionAdmin
from workflows.admin.workflows import WorkflowAdmin

__all__ = ["WorkflowAdmin", "WorkflowVersionAdmin"]
