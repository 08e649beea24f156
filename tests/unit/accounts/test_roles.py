from __future__ import annotations

import pytest

from accounts.roles import ACTIONS, Role, allows, highest

VIEWER = {
    "workflow.view",
    "execution.view",
    "dataset.view",
    "event.view",
    "node_type.view",
    "variable.view",
    "contact.view",
}
OPERATOR = VIEWER | {
    "execution.start",
    "execution.control",
    "event.emit",
    "alert.handle",
    "ticket.manage",
    "contact.edit",
}
EDITOR = OPERATOR | {"workflow.edit", "workflow.publish", "workflow.delete", "credential.use"}
EDITOR |= {"variable.edit", "dataset.send", "contact.manage", "wildberries.view"}
ADMIN = EDITOR | {"credential.manage", "user.manage", "installation.view", "desk.manage"}
RIGHTS = {None: set(), Role.VIEWER: VIEWER, Role.OPERATOR: OPERATOR, Role.EDITOR: EDITOR, Role.ADMIN: ADMIN}


@pytest.mark.parametrize("role", RIGHTS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_may_do_exactly_what_the_table_says(role: Role | None, action: str):
    """R2-19, S3-22: the matrix role x action, written out a second time."""
    assert allows(role, action) is (action in RIGHTS[role])


def test_an_action_that_is_not_in_the_table_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        allows(Role.ADMIN, "workflow.explode")


def test_of_several_roles_the_highest_counts():
    assert highest(["viewer", "editor", "operator"]) is Role.EDITOR
    assert highest([]) is None
    with pytest.raises(ValueError, match="owner"):
        highest(["owner"])
