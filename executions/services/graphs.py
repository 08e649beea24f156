"""The graph of a step that has been claimed, or the end of its run when there is none."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError

from executions import failures
from executions.claims import Claimed
from executions.services.control import fail
from workflows import services as workflows
from workflows.graph.topology import CompiledGraph

log = structlog.get_logger(__name__)


def graph_of(claimed: Claimed) -> CompiledGraph | None:
    """The graph in which the step stands; None when it can no longer be compiled, for then the run has been failed.

    A version was sound when it was published, but a node type may have been taken away since. Of a step that is only
    offered this is left to whoever claims it: the offer may lie.
    """
    try:
        graph = workflows.compiled(claimed.version_id)
        graph.nodes[claimed.node_id]
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if claimed.offered is not None:
            return None
        log.exception("version can no longer be run", version_id=str(claimed.version_id))
        fail(execution_id=claimed.execution_id, failure=failures.version_broken(str(error)))
        return None
    return graph
