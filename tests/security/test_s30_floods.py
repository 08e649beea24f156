"""Too much of anything is refused before it costs anything."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from tests.integration.runs import client, person
from tests.integration.tickets import desk
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["pageSize=10000000000000000000000000000000", "page=1e999", "pageSize=-1", "page=0"])
def test_a_page_is_never_larger_than_two_hundred_rows(query: str) -> None:
    """S30: sizes are cut or refused."""
    answer = client(person("admin")).get(f"/api/v1/executions?{query}")
    assert answer.status_code in (200, 400, 404)


def test_ten_thousand_parts_are_refused() -> None:
    """S30: a multipart body has no more parts than a message has files."""
    author = desk.somebody()
    ticket = desk.ticket(desk.category(), author)
    part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    body = part * 10_000 + "--x--\r\n"
    answer = client(author).generic(
        "POST", f"/api/v1/tickets/{ticket.pk}/attachments", body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code in (400, 413)


def test_ten_thousand_fields_of_a_form_are_refused() -> None:
    """S30: the pages take no more fields than Django's limit."""
    body = "&".join(f"a{number}=1" for number in range(10_000))
    answer = Client(raise_request_exception=False).post("/login", body, "application/x-www-form-urlencoded")
    assert answer.status_code in (400, 403)
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 1000


def test_a_list_of_a_hundred_thousand_things_makes_nothing() -> None:
    """S30: what nobody needs is not even looked through."""
    author = desk.somebody()
    before = Ticket.objects.count()
    body = json.dumps({"title": ["x"] * 100_001})
    assert client(author).post("/api/v1/tickets", body, content_type="application/json").status_code == 400
    assert Ticket.objects.count() == before
