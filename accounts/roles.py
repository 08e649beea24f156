"""PURE: the one table role × action. Everything that asks "may this person?" ends here."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a membership makes of a person in a project; each role also has the rights of those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Place in the order of rights, 0 for the lowest."""
        return list(type(self)).index(self)


# action -> the lowest role that may do it
ACTIONS: dict[str, Role] = {
    "workflow.view": Role.VIEWER,
    "workflow.edit": Role.EDITOR,
    "workflow.publish": Role.EDITOR,
    "workflow.delete": Role.EDITOR,
    "execution.view": Role.VIEWER,
    "execution.start": Role.OPERATOR,
    "execution.control": Role.OPERATOR,
    "variable.view": Role.VIEWER,
    "variable.edit": Role.EDITOR,
    "dataset.view": Role.VIEWER,
    "dataset.send": Role.EDITOR,
    "event.view": Role.VIEWER,
    "event.emit": Role.OPERATOR,
    "alert.handle": Role.OPERATOR,
    "contact.view": Role.VIEWER,
    "contact.edit": Role.OPERATOR,
    "contact.manage": Role.EDITOR,
    "node_type.view": Role.VIEWER,
    "wildberries.view": Role.EDITOR,
    "credential.use": Role.EDITOR,
    "credential.manage": Role.ADMIN,
    "ticket.manage": Role.OPERATOR,
    "desk.manage": Role.ADMIN,
    "user.manage": Role.ADMIN,
    "installation.view": Role.ADMIN,
}


def allows(role: Role | str | None, action: str) -> bool:
    """Whether `role` may do `action`; None may do nothing. Raises `KeyError` for an action that is not in the table."""
    lowest = ACTIONS[action]
    return role is not None and Role(role).rank >= lowest.rank


def highest(roles: Iterable[Role | str]) -> Role | None:
    """The role that counts when a person is given several; None for none. Raises `ValueError` for an unknown one."""
    return max((Role(role) for role in roles), key=lambda role: role.rank, default=None)
