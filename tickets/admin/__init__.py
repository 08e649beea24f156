"""Pages of the admin; Django looks for them here."""

from __future__ import annotations

from tickets.admin.broadcasts import BroadcastAdmin
from tickets.admin.categories import CategoryAdmin, ExecutorAdmin, WorkingCalendarAdmin
from tickets.admin.chats import DraftAdmin, ReplyAdmin
from tickets.admin.contacts import ContactAdmin, ContactFieldAdmin, DeliveryAdmin, TagAdmin
from tickets.admin.desk import CardAdmin, PresenceAdmin, TicketAdmin, TicketEventAdmin

__all__ = [
    "BroadcastAdmin",
    "CardAdmin",
    "CategoryAdmin",
    "ContactAdmin",
    "ContactFieldAdmin",
    "DeliveryAdmin",
    "DraftAdmin",
    "ExecutorAdmin",
    "PresenceAdmin",
    "ReplyAdmin",
    "TagAdmin",
    "TicketAdmin",
    "TicketEventAdmin",
    "WorkingCalendarAdmin",
]
