"""The statements that people copy from the instructions, exactly as printed there."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import default_project
from tickets.models import CategoryExecutor, TicketCategory, TicketStatus

pytestmark = pytest.mark.django_db

CHECK = """
SELECT
    u.id,
    u.name,
    u.telegram_id,
    ce.is_active,
    tc.name as category
FROM users u
JOIN category_executors ce ON u.id = ce.user_id
JOIN ticket_categories tc ON ce.ticket_category_id = tc.id
WHERE ce.is_active = true
ORDER BY tc.name, u.name;
"""
LINK = "UPDATE users SET telegram_id = '123456789' WHERE id = 5;"
ADD = """
INSERT INTO category_executors (user_id, ticket_category_id, is_active, priority, max_tickets)
VALUES (5, 2, true, 5, 10);
"""


def test_the_printed_statements_run_and_their_check_finds_the_executor():
    """S4-11, S4-14, S4-21: INSERT, UPDATE and SELECT of the seed run verbatim."""
    User.objects.create(id=5, username="ivan", name="Иван")
    TicketCategory.objects.create(id=2, project=default_project(), name="Принтеры")
    with connection.cursor() as cursor:
        cursor.execute(ADD)
        cursor.execute(LINK)
        cursor.execute(CHECK)
        assert cursor.fetchall() == [(5, "Иван", 123456789, True, "Принтеры")]
    seat = CategoryExecutor.objects.get(user_id=5)
    assert (seat.priority, seat.max_tickets, seat.is_active) == (5, 10, True)
    assert seat.created_at is not None


def test_the_statuses_stand_in_a_table_under_their_numbers():
    """S4-8: stable ids."""
    TicketStatus.fill("default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM ticket_statuses ORDER BY id")
        assert cursor.fetchall() == [
            (1, "Создана"),
            (2, "В работе"),
            (3, "Отложена"),
            (4, "На подтверждении"),
            (5, "Завершена"),
            (6, "Отменена"),
        ]
