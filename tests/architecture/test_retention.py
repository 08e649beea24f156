"""Every table is bounded: a rule of the ticker shortens it, its rows go with others, or only people make them."""

from __future__ import annotations

import re
from typing import Final

from django.apps import apps

from tests.architecture.tree import OWN_PACKAGES, ROOT

BY_RULE: Final = {
    "prune_runs": {"Execution"},
    "prune_errors": {"SavedError", "Notice"},
    "prune_fires": {"ScheduleFire"},
    "prune_listeners": {"Listener", "Reaction"},
    "prune_outbox": {"OutboxMessage"},
    "prune_inbox": {"InboundMessage"},
    "prune_events": {"Event"},
    "prune_alerts": {"Alert"},
    "prune_desk": {"LinkToken", "TelegramReply", "TicketDraft"},
    "prune_deliveries": {"Delivery", "Broadcast"},
    "prune_datasets": {"DatasetRow"},
    "prune_shipments": {"Shipment"},
    "prune_files": {"StoredFile"},
    "prune_talks": {"Talk"},
    "forget": {"Worker", "IdempotencyKey"},
}
OF_OTHERS: Final = {"prune_trail": {"auditlog_logentry", "django_admin_log"}}
"""Tables of installed packages that grow, by the rule that shortens them."""
WITH_OTHERS: Final = {
    "Step",
    "StepData",
    "Attempt",
    "ExecutionEvent",
    "LoopPass",
    "Slot",
    "SideEffect",
    "DeadLetterResolution",
    "RunAnswer",
    "AlertSighting",
    "AlertMessage",
    "RejectedRow",
    "WarehouseLoad",
    "Vigil",
    "TokenFamily",
    "LoginFailure",
    "Node",
    "Tagging",
    "TicketTimer",
    "Card",
    "Presence",
}
"""Gone with the run, alert, shipment, listener, ticket or person they belong to, or with the next log-in."""
BY_PEOPLE: Final = {
    "User",
    "Project",
    "Membership",
    "ServiceAccount",
    "Credential",
    "Dataset",
    "WarehouseTable",
    "TicketStatus",
    "Ticket",
    "TicketEvent",
    "TicketComment",
    "TicketNote",
    "TicketAttachment",
    "TicketCategory",
    "CategoryExecutor",
    "WorkingCalendar",
    "WorkingPeriod",
    "Holiday",
    "Contact",
    "ContactField",
    "Tag",
    "Workflow",
    "WorkflowVersion",
    "Variable",
    "Pin",
    "KeptData",
    "Trigger",
}
"""One row each for what somebody has made and may want to read in years; tickets are the house's memory."""


def test_every_table_is_bounded() -> None:
    """R3-10: a new model that nobody has thought about fails here."""
    own = {model.__name__ for model in apps.get_models() if model.__module__.partition(".")[0] in OWN_PACKAGES}
    assert own == set[str]().union(*BY_RULE.values()) | WITH_OTHERS | BY_PEOPLE


def test_growing_tables_of_others_are_bounded() -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    source = (ROOT / "accounts/trail.py").read_text()
    for table in OF_OTHERS["prune_trail"]:
        assert table in tables
        assert f"DELETE FROM {table} " in source


def test_the_rules_are_the_tickers() -> None:
    source = (ROOT / "executions/ticker.py").read_text()
    pruning = {name for name in re.findall(r'Rule\("(\w+)"', source) if name.startswith("prune") or name == "forget"}
    assert pruning == set(BY_RULE) | set(OF_OTHERS)
