"""Pages of the admin; Django looks for them here."""

from __future__ import annotations

from workflows.admin.kept_data import KeptDataAdmin
from workflows.admin.pins import PinAdmin
from workflows.admin.variables import VariableAdmin
from workflows.admin.versions import WorkflowVersionAdmin
from workflows.admin.workflows import WorkflowAdmin

__all__ = ["KeptDataAdmin", "PinAdmin", "VariableAdmin", "WorkflowAdmin", "WorkflowVersionAdmin"]
