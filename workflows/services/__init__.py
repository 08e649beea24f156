"""What may be done with workflows. Other packages import from here; the modules beside this file are its insides."""

from __future__ import annotations

from workflows.services.checking import validate_definition
from workflows.services.configs import check_config, render_config
from workflows.services.retention import names_of, retention_days
from workflows.services.saving import (
    Expected,
    Particulars,
    create_workflow,
    delete,
    duplicate,
    publish,
    refuse_stale,
    replace_workflow,
    restore_version,
)
from workflows.services.starting import (
    StartTarget,
    compiled,
    hold_startable,
    named_target,
    number_of,
    start_target,
    startable,
)
from workflows.services.triggers import TriggerNode, find_workflow, project_of, trigger_nodes
from workflows.services.versions import diff_versions, version_of, versions_of

__all__ = [
    "Expected",
    "Particulars",
    "StartTarget",
    "TriggerNode",
    "check_config",
    "compiled",
    "create_workflow",
    "delete",
    "diff_versions",
    "duplicate",
    "find_workflow",
    "hold_startable",
    "named_target",
    "names_of",
    "number_of",
    "project_of",
    "publish",
    "refuse_stale",
    "render_config",
    "replace_workflow",
    "restore_version",
    "retention_days",
    "start_target",
    "startable",
    "trigger_nodes",
    "validate_definition",
    "version_of",
    "versions_of",
]
