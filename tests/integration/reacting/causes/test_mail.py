"""Letters that come into a mailbox on a real IMAP server."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from executions.models import Vigil
from integrations import relay
from tests.fakes.imap_server import LOGIN, PASSWORD, MailServer
from tests.fakes.smtp import PostOffice
from tests.integration.executions import driving
from tests.integration.reacting.causes.looking import look, pass_time
from tests.integration.reacting.scenes import deliver, done, listening, runs_of
from tests.integration.runs import start as begin
from tests.security.keys import stored
from workflows.models import Workflow


def letter(number: int, text: str = "Где мой заказ?", *, file: bytes = b"") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Анна <anna@example.org>", "info@example.com"
    message["Subject"], message["Message-ID"] = f"Вопрос {number}", f"<{number}@example.org>"
    message.set_content(text)
    if file:
        message.add_attachment(file, maintype="text", subtype="csv", filename="чек.csv")
    return message.as_bytes()


@pytest.fixture
def flow(anna: Any, mailbox: MailServer) -> Workflow:
    place = {"host": "127.0.0.1", "port": str(mailbox.port), "security": "none"}
    key = stored(kind="imap", value=PASSWORD, login=LOGIN, settings=place)
    return listening(anna, "trigger-mail", credential=str(key.pk), folder="Work")


def numbers(flow: Workflow) -> list[str]:
    return [run.input_data["payload"]["messageId"].strip("<>").partition("@")[0] for run in runs_of(flow)]


def test_a_new_letter_starts_a_run_and_old_ones_do_not(anna: Any, mailbox: MailServer, flow: Workflow) -> None:
    """S2-8, seed 1.2: «Пришло новое письмо на рабочую почту»: nothing on the first look, each new one once."""
    also = listening(anna, event="email.received")
    mailbox.put(letter(1), letter(2))
    look(2)
    assert runs_of(flow) == []
    mailbox.put(letter(3, file=b"a;b"), letter(4))
    look(3)
    assert numbers(flow) == ["3", "4"]
    told = done(runs_of(flow)[0])
    assert (told["event"], told["subject"]) == ("email.received", "anna@example.org")
    payload = told["payload"]
    assert (payload["subject"], payload["text"].strip(), payload["to"]) == (
        "Вопрос 3",
        "Где мой заказ?",
        "info@example.com",
    )
    assert payload["attachments"] == [{"name": "чек.csv", "mime": "text/csv", "size": 3}]
    assert len(runs_of(also)) == 2
    with mailbox.line() as line:  # nobody's letters are marked as read
        line.select("Work", readonly=True)
        assert line.search(None, "SEEN")[1] == [b""]


def test_a_folder_that_was_empty_at_first_tells_of_its_first_letter(mailbox: MailServer, flow: Workflow) -> None:
    look()
    mailbox.put(letter(1))
    look()
    assert numbers(flow) == ["1"]


def test_many_letters_at_once_come_in_portions_and_none_is_lost(mailbox: MailServer, flow: Workflow) -> None:
    look()
    mailbox.put(*[letter(number) for number in range(52)])
    look(work=False)
    assert len(runs_of(flow)) == 50
    look(work=False)
    assert numbers(flow) == [str(number) for number in range(52)]


def test_a_folder_that_was_numbered_anew_tells_of_nothing_twice_and_loses_nothing(
    mailbox: MailServer, flow: Workflow
) -> None:
    """S2-8: another UIDVALIDITY: the old numbers mean nothing."""
    mailbox.put(letter(1), ago=7200)
    look()
    mailbox.put(letter(2), ago=3600)
    look()
    before = Vigil.objects.get().state["mark"]["validity"]
    mailbox.put(letter(3))
    mailbox.rebuild()
    look(2)
    assert Vigil.objects.get().state["mark"]["validity"] != before
    assert numbers(flow) == ["2", "3"]
    mailbox.put(letter(4))
    look()
    assert numbers(flow) == ["2", "3", "4"]


def test_two_letters_of_one_message_id_are_one(mailbox: MailServer, flow: Workflow) -> None:
    look()
    mailbox.put(letter(1), letter(1))
    look()
    assert numbers(flow) == ["1"]


@pytest.mark.parametrize(("replies", "runs"), [(True, 0), (False, 1)], ids=["a reply", "no reply"])
def test_a_letter_that_is_not_answered_within_a_day_is_told_of(
    anna: Any, mailbox: MailServer, flow: Workflow, office: PostOffice, replies: bool, runs: int
) -> None:
    """X-4, S2-6, seed 1.10: «Прошли сутки, а клиент не ответил на письмо»: out by SMTP, in by IMAP."""
    silence = {"after": "email.sent", "unless": "email.received", "seconds": 24 * 3600}
    waiting = listening(anna, "trigger-absence", **silence)
    look()
    words = {"to": "Anna@example.org", "subject": "Договор", "text": "Здравствуйте! Подпишите, пожалуйста."}
    sending = driving.workflow(anna, driving.definition([("write", "send-email", {"config": words})]))
    begin(sending, anna)
    driving.drain()
    relay.deliver_due(queue="notifications")
    deliver()
    assert len(office.letters) == 1
    if replies:
        mailbox.put(letter(1, "Подписала"))
        look()
    for _time in range(2):
        pass_time(24 * 3600 + 60)
    assert len(runs_of(waiting)) == runs
