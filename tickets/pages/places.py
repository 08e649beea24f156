"""Where people find tickets: in the tables of the admin, or on the desk, which is open to everybody concerned."""

from __future__ import annotations

from typing import Any

TABLE = "tickets.view_ticket"
"""Django's permission of the admin's tables; a role in a project gives none."""


def page_of_ticket(user: Any) -> str:
    """The name of the address of one ticket that `user` can open; it takes the ticket's number."""
    return "admin:tickets_ticket_change" if user.has_perm(TABLE) else "desk-ticket"


def page_of_tickets(user: Any) -> str:
    """The name of the address of the list of tickets that `user` can open."""
    return "admin:tickets_ticket_changelist" if user.has_perm(TABLE) else "desk-tickets"
