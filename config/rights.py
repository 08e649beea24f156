"""Who may look after the installation as a whole, for pages that belong to no table."""

from __future__ import annotations

from typing import Any

from accounts import services as accounts


def may_view_installation(user: Any) -> bool:
    """Whether `user` is an admin of the default project, or a superuser."""
    return accounts.default_project().pk in accounts.project_ids(user, action="installation.view")
