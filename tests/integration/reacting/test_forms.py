"""Forms of workflows: a page from a schema, and what is sent by it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.files import FileStore
from integrations.models import Event
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import done, listener_of, listening, runs_of, while_working

FIELDS = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Ваше <имя>"},
        "email": {"type": "string", "format": "email"},
        "guests": {"type": "integer", "minimum": 1},
        "seat": {"type": "string", "enum": ["A", "B"]},
        "agree": {"type": "boolean"},
    },
    "required": ["email"],
}


def test_a_form_is_a_page_and_what_is_sent_starts_a_run(anna: Any) -> None:
    """S2-5: a consultation is booked through a form that the product shows itself."""
    flow = listening(anna, "trigger-form", event="consultation.booked", fields=FIELDS, subjectField="email")
    address, web = f"/forms/{listener_of(flow).address}", Client()
    page = web.get(address)
    assert page.status_code == 200
    assert "Ваше &lt;имя&gt;" in page.content.decode()
    assert "sandbox allow-forms" in page["Content-Security-Policy"]
    sent = web.post(address, {"email": "anna@example.org", "guests": "2", "seat": "B", "agree": "on", "other": "x"})
    assert sent.status_code == 200
    driving.drain()
    (run,) = runs_of(flow)
    assert done(run) == {"email": "anna@example.org", "guests": 2, "seat": "B", "agree": True}
    event = Event.objects.get()
    assert (event.name, event.subject, event.source) == ("consultation.booked", "anna@example.org", "form")


def test_what_is_wrong_is_said_at_its_field_and_nothing_starts(anna: Any) -> None:
    flow = listening(anna, "trigger-form", fields=FIELDS)
    answer = Client().post(f"/forms/{listener_of(flow).address}", {"email": "nobody", "guests": "0", "seat": "C"})
    assert answer.status_code == 422
    assert answer.content.decode().count('role="alert"') == 3
    assert runs_of(flow) == []


def test_who_sends_what_starts_nothing_is_not_thanked(anna: Any, settings: Any) -> None:
    flow = listening(anna, "trigger-form", fields=FIELDS)
    settings.EVENT_STARTS_PER_MINUTE = 1
    address, filled = f"/forms/{listener_of(flow).address}", {"email": "anna@example.org"}
    answers = [Client().post(address, filled) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "anna@example.org" in answers[1].content.decode()
    assert len(runs_of(flow)) == 1


def test_an_unknown_form_is_no_page(anna: Any) -> None:
    assert Client().get("/forms/nothing").status_code == 404


def test_the_addresses_of_a_workflow_are_told_to_who_may_start_it(anna: Any) -> None:
    flow = listening(anna, "trigger-form", fields=FIELDS)
    told = runs.client(runs.person("operator")).get(f"/api/v1/workflows/{flow.pk}/triggers").json()
    listener = listener_of(flow)
    assert [(one["type"], one["path"]) for one in told] == [("trigger-form", f"/forms/{listener.address}")]


def test_files_are_sent_along(anna: Any) -> None:
    """A file lies in the item under the name of its field, several under its numbers; texts are no files."""
    schema = {
        "type": "object",
        "properties": {
            "note": {"type": "string"},
            "scan": {"type": "string", "format": "file"},
            "photos": {"type": "string", "format": "file", "many": True},
        },
        "required": ["scan"],
    }
    flow = listening(anna, "trigger-form", fields=schema)
    address, web = f"/forms/{listener_of(flow).address}", Client()
    assert 'enctype="multipart/form-data"' in web.get(address).content.decode()
    assert web.post(address, {"scan": "no file", "note": "x"}).status_code == 422
    scan = SimpleUploadedFile("scan.pdf", b"%PDF", content_type="application/pdf")
    photos = [SimpleUploadedFile(f"{number}.png", bytes([number])) for number in range(2)]
    assert web.post(address, {"scan": scan, "photos": photos, "note": "x"}).status_code == 200
    driving.drain()
    item = done(runs_of(flow)[0])
    files = item.pop("$files")
    assert item == {"note": "x"}
    assert {name: file["fileName"] for name, file in files.items()} == {
        "scan": "scan.pdf",
        "photos_0": "0.png",
        "photos_1": "1.png",
    }
    assert FileStore(flow.project_id).read(files["photos_1"]) == b"\x01"


def test_more_files_than_a_field_takes_are_refused_and_none_is_left_out(anna: Any) -> None:
    photos = {"type": "string", "format": "file", "many": True}
    schema = {"type": "object", "properties": {"scan": {"type": "string", "format": "file"}, "photos": photos}}
    flow = listening(anna, "trigger-form", fields=schema)
    address = f"/forms/{listener_of(flow).address}"
    for name, number in (("scan", 2), ("photos", 11)):
        files = [SimpleUploadedFile(f"{place}.png", b"x") for place in range(number)]
        answer = Client().post(address, {name: files})
        assert answer.status_code == 422
        assert "Слишком много файлов" in answer.content.decode()
    assert not runs_of(flow)


def test_files_beyond_the_limit_start_nothing(anna: Any, settings: Any) -> None:
    schema = {"type": "object", "properties": {"scan": {"type": "string", "format": "file"}}}
    flow = listening(anna, "trigger-form", fields=schema)
    settings.FILE_MAX_BYTES = 3
    answer = Client().post(f"/forms/{listener_of(flow).address}", {"scan": SimpleUploadedFile("a.txt", b"long")})
    assert (answer.status_code, runs_of(flow)) == (413, [])


def _answering(user: Any, *nodes: Any, edges: Any, **config: Any) -> str:
    trigger = ("begin", "trigger-form", {"config": {"fields": FIELDS, **config}})
    flow = driving.workflow(user, driving.definition([trigger, *nodes], edges))
    return f"/forms/{listener_of(flow).address}"


def _sent_while_working(address: str) -> Any:
    return while_working(lambda: Client().post(address, {"email": "anna@example.org"}))


def test_a_form_may_answer_when_its_run_has_ended(anna: Any) -> None:
    good = _answering(anna, ("act", "noop"), edges=[("begin", "act")], answer="finished", thanks="Готово")
    bad = _answering(
        anna,
        ("act", "stop", {"config": {"how": "fail", "message": "Нет"}}),
        edges=[("begin", "act")],
        answer="finished",
    )
    answers = [_sent_while_working(address) for address in (good, bad)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "Готово" in answers[0].content.decode()


def test_whoever_waits_too_long_is_told_that_it_goes_on(anna: Any) -> None:
    address = _answering(anna, ("act", "noop"), edges=[("begin", "act")], answer="finished", waitSeconds=0.01)
    answer = Client().post(address, {"email": "anna@example.org"})
    assert (answer.status_code, 'role="status"' in answer.content.decode()) == (202, True)


def test_a_form_may_show_the_page_that_a_node_answers(anna: Any) -> None:
    page = {"what": "body", "body": "<h1>Принято</h1>", "headers": {"Content-Type": "text/html; charset=utf-8"}}
    say = ("say", "respond-to-webhook", {"config": page})
    answer = _sent_while_working(_answering(anna, say, edges=[("begin", "say")], answer="node"))
    assert (answer.status_code, answer.content.decode()) == (200, "<h1>Принято</h1>")
    assert answer["Content-Security-Policy"] == "sandbox"
