"""What may be done with workflows. Other packages import from here; the modules beside this file are its insides."""

from __future__ import annotations

from workflows.services.checking import validate_definition
from workflows.services.configs import check_config, render_config
from workflows.services.forecasting import Forecast, NodeForecast, forecast
from workflows.services.gallery import Template, create_from_template, templates
from workflows.services.importing import export_to_n8n, export_workflow, import_files, look_at_files
from workflows.services.keeping import keep_data, kept_data
from workflows.services.link_report import report_on_files, report_on_workflows
from workflows.services.pinning import pin, pinned_items, pins_of, unpin
from workflows.services.previewing import Previewed, Sample, preview
from workflows.services.repairing import Drawn, drawn_proposals, proposals, repair_workflow
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
    unpublish,
)
from workflows.services.starting import (
    HOLD_TO_START,
    PUBLISHED,
    StartTarget,
    compiled,
    hold_startable,
    is_published,
    named_target,
    number_of,
    project_of_version,
    start_target,
    startable,
)
from workflows.services.trials import (
    Planned,
    Tested,
    forget_trials,
    keep_trial,
    look_for_test,
    nodes_to_know,
    plan_shadow,
    plan_test,
)
from workflows.services.triggers import (
    TriggerNode,
    find_workflow,
    project_of,
    project_of_workflow,
    published_by_the_same,
    trigger_nodes,
)
from workflows.services.variables import create_variable, delete_variable, replace_variable, variable_values
from workflows.services.versions import diff_versions, version_of, versions_of

__all__ = [
    "HOLD_TO_START",
    "PUBLISHED",
    "Drawn",
    "Expected",
    "Forecast",
    "NodeForecast",
    "Particulars",
    "Planned",
    "Previewed",
    "Sample",
    "StartTarget",
    "Template",
    "Tested",
    "TriggerNode",
    "check_config",
    "compiled",
    "create_from_template",
    "create_variable",
    "create_workflow",
    "delete",
    "delete_variable",
    "diff_versions",
    "drawn_proposals",
    "duplicate",
    "export_to_n8n",
    "export_workflow",
    "find_workflow",
    "forecast",
    "forget_trials",
    "hold_startable",
    "import_files",
    "is_published",
    "keep_data",
    "keep_trial",
    "kept_data",
    "look_at_files",
    "look_for_test",
    "named_target",
    "names_of",
    "nodes_to_know",
    "number_of",
    "pin",
    "pinned_items",
    "pins_of",
    "plan_shadow",
    "plan_test",
    "preview",
    "project_of",
    "project_of_version",
    "project_of_workflow",
    "proposals",
    "publish",
    "published_by_the_same",
    "refuse_stale",
    "render_config",
    "repair_workflow",
    "replace_variable",
    "replace_workflow",
    "report_on_files",
    "report_on_workflows",
    "restore_version",
    "retention_days",
    "start_target",
    "startable",
    "templates",
    "trigger_nodes",
    "unpin",
    "unpublish",
    "validate_definition",
    "variable_values",
    "version_of",
    "versions_of",
]
