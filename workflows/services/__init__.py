"""What may be done with workflows. Other packages import from here; the modules beside this file are its insides."""

from __future__ import annotations

from workflows.services.checking import validate_definition
from workflows.services.configs import check_config, render_config
from workflows.services.starting import StartTarget, compiled, startable

__all__ = ["StartTarget", "check_config", "compiled", "render_config", "startable", "validate_definition"]
