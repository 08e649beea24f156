"""A thread whose connection to PostgreSQL was lost since its last request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections

from accounts import tokens
from accounts.services import create_service_account


@pytest.mark.django_db(transaction=True)
def test_who_asks_is_known_after_postgresql_has_dropped_every_connection() -> None:
    """No request and no socket is refused for a line that was lost while nobody used it."""
    account = create_service_account(name="Export", roles=["viewer"], term=timedelta(days=1), created_by=None)
    token = tokens.issue_service_token(account)

    def request() -> Any:
        close_old_connections()
        try:
            return tokens.authenticate_token(token).pk, connection.connection.info.backend_pid
        finally:
            close_old_connections()

    with ThreadPoolExecutor(1) as thread:
        who, backend = thread.submit(request).result()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        assert thread.submit(request).result()[0] == who
        thread.submit(connections.close_all).result()
