"""The node type `gmail`, against a service that answers as Gmail does."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.fakes.scripted import Call, Service
from tests.nodes.vendors import items_of


def letter_of(call: Call) -> EmailMessage:
    parsed = message_from_bytes(urlsafe_b64decode(call.body["raw"]), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_letter_goes_out_with_the_name_that_is_said(service: Service) -> None:
    service.answers = [(200, {"emailAddress": "me@example.org"}), (200, {"id": "m1", "threadId": "t1"})]
    call = {
        "operation": "message-send",
        "to": "ann@example.org",
        "subject": "Счёт\nX: y",
        "body": "<b>1</b>",
        "senderName": "Shop",
    }
    assert items_of(service, "gmail", call) == [{"id": "m1", "threadId": "t1"}]
    letter = letter_of(service.calls[1])
    assert [call.path for call in service.calls] == ["/gmail/v1/users/me/profile", "/gmail/v1/users/me/messages/send"]
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        "ann@example.org",
        "Shop <me@example.org>",
        "Счёт X: y",
    )
    assert (letter.get_content_type(), letter.get_content().strip()) == ("text/html", "<b>1</b>")


def test_an_answer_stays_in_its_thread(service: Service) -> None:
    service.answers = [(200, {"id": "m2"})]
    call = {
        "operation": "message-reply",
        "thread": "t1",
        "to": "a@b.c",
        "inReplyTo": "<1@x>",
        "body": "Да",
        "format": "text",
    }
    items_of(service, "gmail", call)
    letter = letter_of(service.calls[0])
    assert (service.calls[0].body["threadId"], letter["In-Reply-To"], letter.get_content().strip()) == (
        "t1",
        "<1@x>",
        "Да",
    )


def test_a_letter_is_read_shortly(service: Service) -> None:
    text = urlsafe_b64encode("Привет".encode()).decode().rstrip("=")
    headers = [{"name": "Subject", "value": "Hi"}, {"name": "X-Other", "value": "1"}]
    parts = [{"mimeType": "text/html", "body": {}}, {"mimeType": "text/plain", "body": {"data": text}}]
    service.answers = [(200, {"id": "m1", "snippet": "Пр", "payload": {"headers": headers, "parts": parts}})]
    (found,) = items_of(service, "gmail", {"operation": "message-get", "message": "m1"})
    assert (found["id"], found["Subject"], found["text"], "X-Other" in found) == ("m1", "Hi", "Привет", False)
