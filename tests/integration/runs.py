"""People and runs for the tests of what can be seen and done from outside."""

from __future__ import annotations

import itertools
from typing import Any

from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Membership, Project, User
from accounts.services import create_user, default_project
from executions import services
from executions.models import Execution
from tests.integration.executions import driving
from tests.integration.executions.driving import NodeSpec
from workflows import services as workflows
from workflows.models import Workflow

_numbers = itertools.count(1)


def person(role: str | None = "admin", *, project: Project | None = None, **fields: Any) -> User:
    """Somebody with a role in the default project, or in `project` alone."""
    default_project()
    fields.setdefault("username", f"person-{next(_numbers)}")
    user = create_user(password=None, roles=[role] if role and project is None else [], **fields)
    if role and project is not None:
        Membership.objects.create(user=user, project=project, role=role)
        user.refresh_from_db()
    return user


def token(user: User) -> str:
    return tokens.open_session(user=user).access


def client(user: User | None, **headers: str) -> APIClient:
    """A client of the API with the person's token; like a server it answers 500 instead of raising."""
    api = APIClient(raise_request_exception=False)
    if user is not None:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {token(user)}"
    api.credentials(**headers)
    return api


def workflow(user: User, *nodes: NodeSpec) -> Workflow:
    """A published chain of `nodes`; by default of two that do nothing."""
    nodes = nodes or (("a", "noop"), ("b", "noop"))
    return driving.workflow(user, driving.definition(nodes, [(a[0], b[0]) for a, b in itertools.pairwise(nodes)]))


def start(flow: Workflow, user: User, **options: Any) -> Execution:
    """A run of a workflow that is there already."""
    return services.start(target=workflows.startable(flow.pk, user), user=user, **options)[0]


def finished_run(user: User, *nodes: NodeSpec, **options: Any) -> Execution:
    """A run of a chain of `nodes`, worked off."""
    execution = start(workflow(user, *nodes), user, **options)
    driving.drain()
    execution.refresh_from_db()
    return execution
