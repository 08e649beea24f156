"""DRF's door: who may call a view at all. Which objects they see there is decided by `visible_to` and `require`."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.errors import NotLoggedIn
from accounts.models import User
from accounts.services import project_ids


def acting_user(request: Request) -> User:
    """The person behind a request; raises `NotLoggedIn`, which a view behind the door below never meets."""
    if not isinstance(request.user, User):
        raise NotLoggedIn
    return request.user


class RolePermission(BasePermission):
    """Lets in whoever may do the view's action in at least one project.

    A view says `action_roles = {"list": "workflow.view", "create": "workflow.edit"}`: the name of the viewset's action
    (for a plain view the verb: `get`, `post`) to an action of `accounts.roles`. What is not named there is closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            return False
        name = view.action if hasattr(view, "action") else (request.method or "").lower()
        if name is None or not hasattr(view, name):
            return True  # the view has no such verb and will answer 405
        action = getattr(view, "action_roles", {}).get(name)
        return action is not None and bool(project_ids(request.user, action=action))
