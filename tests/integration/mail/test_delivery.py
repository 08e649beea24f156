"""Letters over a real socket: nothing is lost, nothing is sent twice for nothing, refusals are told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis
from django.db import connection

from accounts import clock
from accounts.services import default_project
from integrations import breaker, circuits, relay
from integrations.mail import delivery, line
from integrations.mail.delivery import Stamp
from integrations.mail.errors import LetterInvalid, MailDeferred, MailNotReady, MailRejected, MailServerAway
from integrations.mail.letters import Letter
from integrations.mail.servers import server_of
from integrations.models import Event, OutboxMessage
from integrations.scope import CallScope
from tests.fakes.smtp import PASSWORD, PostOffice, make_certificate, post_office
from tests.nodes.context import StandaloneContext
from tests.security.keys import stored
from workflows import catalogue
from workflows.node_type import Later, Transient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def steady_clock() -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def letter(**parts: Any) -> Letter:
    return Letter.checked(**{"to": ["anna@example.org"], "subject": "Привет", "text": "Текст", **parts})


def post(key: str = "1", *, credential: UUID | None = None, **parts: Any) -> str:
    return delivery.post(letter(**parts), Stamp(key, default_project().pk, credential=credential))


def states() -> list[tuple[str, int]]:
    rows = OutboxMessage.objects.filter(topic=delivery.TOPIC).order_by("rank_at", "id")
    return list(rows.values_list("state", "tries"))


def test_a_letter_arrives_as_it_was_written(office: PostOffice) -> None:
    """S1-7: subject, text, HTML and everybody who gets it."""
    name = post(html="<b>Текст</b>", cc=["Пётр <petr@example.org>"], bcc=["secret@example.org"], reply_to=["r@x.org"])

    relay.deliver_due(queue="notifications")

    (arrived,) = office.letters
    assert (arrived["Subject"], arrived["Message-ID"]) == ("Привет", name)
    assert (arrived["From"], arrived["To"]) == ("Naryad <naryad@example.org>", "anna@example.org")
    assert (arrived["Cc"], arrived["Reply-To"], arrived["Bcc"]) == ("Пётр <petr@example.org>", "r@x.org", None)
    assert arrived.get_body(("plain",)).get_content().strip() == "Текст"  # type: ignore[union-attr]
    assert arrived.get_body(("html",)).get_content().strip() == "<b>Текст</b>"  # type: ignore[union-attr]
    assert office.envelopes == [["anna@example.org", "petr@example.org", "secret@example.org"]]
    assert states() == [("sent", 0)]


def test_a_domain_of_other_than_latin_letters_is_coded(office: PostOffice, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Наряд <naryad@пример.рф>"
    post(to=["Анна <anna@почта.рф>"])
    relay.deliver_due(queue="notifications")
    (arrived,) = office.letters
    assert (arrived["To"], arrived["From"]) == (
        "Анна <anna@xn--80a1acny.xn--p1ai>",
        "Наряд <naryad@xn--e1afmkfd.xn--p1ai>",
    )
    assert office.envelopes == [["anna@xn--80a1acny.xn--p1ai"]]


def test_a_credential_names_another_server_its_login_and_its_sender(settings: Any, tmp_path: Path) -> None:
    """S1-7: a stored mail server is used instead of the installation's, over TLS and under the rules of addresses."""
    settings.EMAIL_HOST, settings.EMAIL_CA_FILE = "", str(tmp_path / "cert.pem")
    with post_office(certificate=make_certificate(tmp_path), needs_login=True) as office:
        where = {"host": "localhost", "port": str(office.port), "security": "starttls", "sender": "Shop <shop@x.org>"}
        mine = stored(PASSWORD, kind="smtp", login="naryad", settings=where)
        post("refused", credential=mine.pk)
        relay.deliver_due(queue="notifications")
        assert office.letters == []  # it is an inner address, and nobody has allowed it

        settings.OUTBOUND_ALLOW = [f"localhost:{office.port}"]
        post("allowed", credential=mine.pk)
        relay.deliver_due(queue="notifications")
        (arrived,) = office.letters
        line._hang_up()
    assert arrived["From"] == "Shop <shop@x.org>"
    assert PASSWORD not in str(list(OutboxMessage.objects.values()))


def test_one_key_is_one_letter_and_one_name(office: PostOffice) -> None:
    assert post("same") == post("same") != post("other")
    relay.deliver_due(queue="notifications")
    assert len(office.letters) == 2
    assert len(office.sessions) == 1  # one connection for both


def test_a_server_that_says_later_is_asked_again(office: PostOffice) -> None:
    """S1-7: a failure is retried and the letter not lost."""
    office.answers = ["451 greylisted"]
    post()
    relay.deliver_due(queue="notifications")
    assert (states(), office.letters) == ([("waiting", 1)], [])

    clock.shift(connection, line.DEFER_SECONDS + 1)
    relay.deliver_due(queue="notifications")

    assert (states(), len(office.letters)) == ([("sent", 1)], 1)


def test_a_refusal_for_good_is_told_and_not_repeated(office: PostOffice) -> None:
    office.refused = {"anna@example.org": "550 no such box"}
    post()

    relay.deliver_due(queue="notifications")

    assert states() == [("dead", 1)]
    event = Event.objects.get(name="delivery.failed")
    assert (event.subject, event.payload["reason"]) == ("anna@example.org", "no such box")


def test_those_who_are_there_get_it_although_another_is_not(office: PostOffice) -> None:
    office.refused = {"gone@example.org": "550 no such box"}
    post(cc=["gone@example.org"])

    relay.deliver_due(queue="notifications")

    assert (states(), len(office.letters)) == ([("sent", 0)], 1)
    assert Event.objects.get(name="delivery.failed").subject == "gone@example.org"


def test_a_server_that_is_away_costs_no_try(office: PostOffice, settings: Any) -> None:
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    post()
    for round_ in range(1, 6):
        relay.deliver_due(queue="notifications")
        clock.shift(connection, round_ * (delivery.REST_SECONDS + 1))
    assert states() == [("waiting", 0)]

    settings.EMAIL_PORT = port
    relay.deliver_due(queue="notifications")

    assert (states(), len(office.letters)) == ([("sent", 0)], 1)


@pytest.fixture
def away(settings: Any) -> Iterator[str]:
    """A port at which nobody is, and of which nobody has heard anything bad."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        yield place
        client.delete(f"{breaker.PREFIX}-@{place}")


def test_a_server_that_is_away_again_and_again_is_left_alone_and_that_is_told_once(away: str) -> None:
    for key in range(breaker.FAILURES + 2):
        post(str(key))
    relay.deliver_due(queue="notifications")

    assert set(states()) == {("waiting", 0)}
    letters = OutboxMessage.objects.filter(topic=delivery.TOPIC).order_by("rank_at", "id")
    causes = [dict(letter.error or {})["details"].get("cause") for letter in letters]
    assert causes == ["mail_server_away"] * breaker.FAILURES + [None] * 2
    assert [event.subject for event in Event.objects.filter(name=circuits.FAILED)] == [away]


def test_a_step_that_waits_for_the_server_rests_while_that_one_is_left_alone(away: str) -> None:
    scope = CallScope(headers={"Idempotency-Key": "step"}, project=lambda: default_project().pk)
    config = {"to": "anna@example.org", "subject": "A", "text": "B", "wait": True}
    step = StandaloneContext(catalogue.get("send-email"), config, [{}], scope=scope)
    for _try in range(breaker.FAILURES):
        with pytest.raises(Transient):
            catalogue.get("send-email").run(step)

    outcome = catalogue.get("send-email").run(step)

    assert isinstance(outcome, Later)
    assert (outcome.reason, outcome.progress) == ("circuit_open", {"sent": [], "waits": 1})


def test_without_a_server_letters_wait(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    post()
    relay.deliver_due(queue="notifications")
    assert states() == [("waiting", 0)]


def test_a_server_that_says_nothing_is_given_up(office: PostOffice, settings: Any) -> None:
    office.hangs, settings.EMAIL_TIMEOUT = True, 0.3
    with pytest.raises(MailDeferred):
        line.send(letter(), message_id="<1@x>", server=server_of(None, 0))


def test_tls_is_verified_and_a_wrong_password_is_no_fault_of_the_letter(tmp_path: Path, settings: Any) -> None:
    with post_office(certificate=make_certificate(tmp_path), needs_login=True) as office:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "localhost", office.port, True
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "naryad", PASSWORD
        with pytest.raises((MailNotReady, MailServerAway)):
            line.send(letter(), message_id="<1@x>", server=server_of(None, 0))
        settings.EMAIL_CA_FILE, settings.EMAIL_HOST_PASSWORD = str(tmp_path / "cert.pem"), "wrong"
        with pytest.raises(MailNotReady):
            line.send(letter(), message_id="<1@x>", server=server_of(None, 0))
        settings.EMAIL_HOST_PASSWORD = PASSWORD
        line.send(letter(), message_id="<1@x>", server=server_of(None, 0))
        line._hang_up()
        assert len(office.letters) == 1


def test_the_answer_5xx_to_the_letter_itself_is_for_good(office: PostOffice) -> None:
    office.answers = ["554 spam"]
    with pytest.raises(MailRejected) as refused:
        line.send(letter(), message_id="<1@x>", server=server_of(None, 0))
    assert refused.value.details == {"status": 554, "detail": "spam"}


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"subject": "a\r\nBcc: x@example.org"}, "subject"),
        ({"to": ["a@example.org\r\nBcc: x@example.org"]}, "to"),
        ({"to": ["no address"]}, "to"),
        ({"to": []}, "to"),
        ({"sender": "A\nB <a@example.org>"}, "sender"),
        ({"reply_to": ["x"]}, "reply_to"),
        ({"text": ""}, "text"),
    ],
)
def test_what_would_begin_a_header_of_its_own_is_refused(parts: dict[str, Any], field: str) -> None:
    with pytest.raises(LetterInvalid) as refused:
        letter(**parts)
    assert refused.value.details["field"] == field
