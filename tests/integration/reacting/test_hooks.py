"""Webhooks: who may call, what may come, what is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import clock
from executions.errors import ConcurrencyLimit
from executions.models import Execution
from integrations import safe_json
from integrations.models import Event
from tests.integration.executions import driving
from tests.integration.reacting.scenes import deliver, done, listener_of, listening, runs_of, while_working
from tests.security.keys import stored
from workflows.models import Workflow

SECRET = "a secret of the sender"


def hook(user: Any, *after: Any, **config: Any) -> tuple[Workflow, str]:
    """A workflow behind a webhook, and its address."""
    flow = listening(user, "trigger-webhook", **{"proof": "none", **config})
    return flow, f"/hooks/{listener_of(flow).address}"


def call(address: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
    text = body if isinstance(body, bytes) else safe_json.dumps({} if body is None else body).encode()
    web = Client(raise_request_exception=False)
    return web.generic(method, address, text, content_type="application/json", headers=headers)


def signed(body: bytes, *, delivery: str = "d-1", at: int | None = None, secret: str = SECRET) -> dict[str, str]:
    moment = str(int(clock.read().timestamp()) if at is None else at)
    digest = hmac.digest(secret.encode(), f"{delivery}.{moment}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": delivery, "webhook-timestamp": moment, "webhook-signature": signature}


def test_a_call_starts_a_run_with_what_it_brought(anna: Any) -> None:
    flow, address = hook(anna)
    answer = call(f"{address}?a=1&b=2&b=3", {"id": 7}, **{"X-Own": "x", "Authorization": "Bearer hidden"})
    (run,) = runs_of(flow)
    assert (answer.status_code, answer.json()) == (202, {"executionId": str(run.pk), "duplicate": False})
    driving.drain()
    item = done(run)
    assert (item["method"], item["query"], item["body"]) == ("POST", {"a": "1", "b": ["2", "3"]}, {"id": 7})
    assert item["headers"]["x-own"] == "x"
    assert "authorization" not in item["headers"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"


def test_a_hundred_repeats_of_one_delivery_are_one_run(anna: Any) -> None:
    """R3-7, S13: a webhook and 100 replays of it are one execution; a replay is answered 200 with the run's id."""
    key = stored(value=SECRET)
    flow, address = hook(anna, proof="signed", credential=str(key.pk))
    body = b'{"id": 7}'
    headers = signed(body)
    answers = [call(address, body, **headers) for _time in range(101)]
    (run,) = runs_of(flow)
    assert {answer.json()["executionId"] for answer in answers} == {str(run.pk)}
    said = [(answer.status_code, answer.json()["duplicate"]) for answer in answers]
    assert said == [(202, False)] + [(200, True)] * 100


def test_a_delivery_that_came_too_often_is_taken_in_when_it_comes_again(anna: Any, settings: Any) -> None:
    flow, address = hook(anna, dedupField="id")
    settings.EVENT_STARTS_PER_MINUTE = 1
    assert [call(address, {"id": number}).status_code for number in (1, 2)] == [202, 429]
    settings.EVENT_STARTS_PER_MINUTE = 10**9  # the start that was taken is paid for in no time
    answers = [call(address, {"id": 2}) for _time in range(2)]
    assert [(answer.status_code, answer.json()["duplicate"]) for answer in answers] == [(202, False), (200, True)]
    assert [run.input_data["body"]["id"] for run in runs_of(flow)] == [1, 2]


def test_a_start_that_is_refused_says_by_what(anna: Any) -> None:
    trigger = ("begin", "trigger-webhook", {"config": {"proof": "none"}})
    flow = driving.workflow(anna, driving.definition([trigger], concurrency={"limit": 1, "whenFull": "fail"}))
    address = f"/hooks/{listener_of(flow).address}"
    answers = [call(address) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 409]
    assert answers[1].json()["code"] == ConcurrencyLimit.code
    assert len(runs_of(flow)) == 1


def test_keys_that_only_end_differently_are_two(anna: Any) -> None:
    flow, address = hook(anna, dedupField="id")
    assert [call(address, {"id": "x" * 500 + end}).status_code for end in ("a", "b", "b")] == [202, 202, 200]
    assert len(runs_of(flow)) == 2


def test_repeats_that_come_at_once_are_one_run(anna: Any) -> None:
    flow, address = hook(anna, dedupField="id")
    found: list[Any] = []

    def send() -> None:
        found.append(call(address, {"id": 7}).json()["executionId"])
        connection.close()

    threads = [threading.Thread(target=send) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(runs_of(flow)) == 1


def test_nothing_but_a_true_signature_is_let_in(anna: Any) -> None:
    """S12: none, empty, wrong, another's secret, another body, too old, too new: 401, and nothing is said."""
    key = stored(value=SECRET)
    flow, address = hook(anna, proof="signed", credential=str(key.pk))
    body, now = b'{"id": 7}', int(clock.read().timestamp())
    true = signed(body)
    bad: list[dict[str, str]] = [
        signed(body, at=now + 302),  # first, and by a second of the clock's own fraction: time goes on
        {},
        {**true, "webhook-signature": ""},
        {**true, "webhook-signature": "v1,"},
        {**true, "webhook-signature": true["webhook-signature"].replace("v1,", "v2,")},
        {**true, "webhook-id": "d-2"},
        {**true, "webhook-id": ""},
        {**true, "webhook-timestamp": str(now + 1)},
        {**true, "webhook-timestamp": "soon"},
        signed(body, secret="another"),
        signed(body, at=now - 301),
        signed(b'{"id": 8}'),
    ]
    for headers in bad:
        answer = call(address, body, **headers)
        assert (answer.status_code, answer.json()["details"]) == (401, {}), headers
    assert runs_of(flow) == []
    assert call(address, body, **true).status_code == 202


@pytest.mark.parametrize(("encoding", "prefix"), [("hex", "sha256="), ("base64", "")])
def test_a_senders_own_signature_is_checked(anna: Any, encoding: str, prefix: str) -> None:
    key = stored(value=SECRET)
    flow, address = hook(
        anna, proof="sender", credential=str(key.pk), signatureHeader="X-Their-Signature", encoding=encoding
    )
    body = b'{"id": 7}'
    digest = hmac.digest(SECRET.encode(), body, hashlib.sha256)
    text = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
    assert call(address, body, **{"X-Their-Signature": prefix + text}).status_code == 202
    assert call(address, body + b" ", **{"X-Their-Signature": prefix + text}).status_code == 401
    assert call(address, body).status_code == 401
    assert len(runs_of(flow)) == 1


def test_a_secret_header_and_a_login_are_proofs(anna: Any) -> None:
    header = stored(kind="header", value="let me in", login="X-Key")
    login = stored(kind="basic", value="pass", login="shop")
    _flow, first = hook(anna, proof="header", credential=str(header.pk))
    _flow, second = hook(anna, proof="basic", credential=str(login.pk))
    basic = f"Basic {base64.b64encode(b'shop:pass').decode()}"
    assert [call(first, **{"X-Key": text}).status_code for text in ("let me in", "let me", "")] == [202, 401, 401]
    assert [call(second, Authorization=text).status_code for text in (basic, "Basic x", "")] == [202, 401, 401]


def test_a_hook_whose_secret_is_gone_lets_nobody_in(anna: Any) -> None:
    """S12: verification fails closed."""
    key = stored(value=SECRET)
    _flow, address = hook(anna, proof="signed", credential=str(key.pk))
    key.delete()
    body = b"{}"
    assert call(address, body, **signed(body, secret="")).status_code == 401


def test_a_secret_of_nothing_but_its_mark_lets_nobody_in(anna: Any) -> None:
    """S12: `whsec_` alone is an empty key, by which anybody can sign."""
    flow, address = hook(anna, proof="signed", credential=str(stored(value="whsec_").pk))
    body = b"{}"
    assert call(address, body, **signed(body, secret="")).status_code == 401
    assert runs_of(flow) == []


def test_the_bytes_are_signed_and_not_what_they_mean(anna: Any) -> None:
    """S12: the same JSON in other bytes, a header that comes twice, the secret of another hook."""
    key, others = stored(value=SECRET, name="own"), stored(value="of another hook", name="other")
    flow, address = hook(anna, proof="signed", credential=str(key.pk))
    hook(anna, proof="signed", credential=str(others.pk))
    body = b'{"id": 7}'
    true = signed(body)
    twice = {**true, "webhook-signature": f"{true['webhook-signature']},v1,AAAA"}  # as servers join such headers
    for changed in (b'{"id":7}', b'{"id": 7} ', b'{"id": 7.0}', b'\xef\xbb\xbf{"id": 7}'):
        assert call(address, changed, **true).status_code == 401
    assert call(address, body, **twice).status_code == 401
    assert call(address, body, **{**true, "webhook-id": "d-1,d-2"}).status_code == 401
    assert call(address, body, **signed(body, secret="of another hook")).status_code == 401
    assert runs_of(flow) == []


def test_only_the_methods_of_the_hook_are_taken_and_only_its_address(anna: Any) -> None:
    flow, address = hook(anna, methods=["GET", "PUT"])
    assert call(address).status_code == 405
    assert call(address, method="GET").status_code == 202
    assert call(address, method="PUT").status_code == 202
    assert call("/hooks/nothing").status_code == 404
    assert call("/hooks/" + "x" * 500).status_code == 404
    assert len(runs_of(flow)) == 2


def test_meta_is_answered_its_challenge(anna: Any) -> None:
    flow, address = hook(anna)
    token = address.rpartition("/")[2]
    asked = f"{address}?hub.mode=subscribe&hub.challenge=12345&hub.verify_token="
    answer = call(asked + token, method="GET")
    assert (answer.status_code, answer.content) == (200, b"12345")
    assert call(asked + "wrong", method="GET").status_code == 401
    assert runs_of(flow) == []


def test_forms_and_files_come_in_as_json(anna: Any) -> None:
    flow, address = hook(anna)
    web = Client()
    web.post(address, "a=1&b=2&b=3", content_type="application/x-www-form-urlencoded")
    from_form = runs_of(flow)[-1].input_data["body"]
    assert from_form == {"a": "1", "b": ["2", "3"]}
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../a.txt"\r\nContent-Type: text/plain'
    parts = head + b"\r\n\r\nhi\r\n--x--\r\n"
    web.generic("POST", address, parts, content_type="multipart/form-data; boundary=x")
    from_parts = runs_of(flow)[-1].input_data["body"]
    assert from_parts == {"f": {"name": "a.txt", "mime": "text/plain", "data": base64.b64encode(b"hi").decode()}}


CODED: list[tuple[bytes, str, Any]] = [
    (b'\xef\xbb\xbf{"a": "\xd0\x90"}', "application/json", {"a": "А"}),
    ("Привет".encode("cp1251"), "text/plain; charset=windows-1251", "Привет"),
    (b"name=%C0%ED%ED%E0", "application/x-www-form-urlencoded; charset=windows-1251", {"name": "Анна"}),
]


def test_a_mark_of_byte_order_and_the_charset_that_a_call_names_are_understood(anna: Any) -> None:
    flow, address = hook(anna)
    for body, kind, _read in CODED:
        assert Client().generic("POST", address, body, content_type=kind).status_code == 202
    assert [run.input_data["body"] for run in runs_of(flow)] == [read for _body, _kind, read in CODED]


HOSTILE: list[tuple[bytes, str]] = [
    (b"{", "application/json"),
    (b'{"a": NaN}', "application/json"),
    (b'{"a": "\\u0000"}', "application/json"),
    (b'{"a": "\\ud800"}', "application/json"),
    (b'{"a": 1, "a": 2}', "application/json"),
    (b"[" * 5000, "application/json"),
    (b"1" * 5000, "application/json"),
    (b"\xff\xfe", "application/json"),
    (b"\xff", "text/plain"),
    (b"a=%00", "application/x-www-form-urlencoded"),
    (b"a=b", "application/x-www-form-urlencoded; charset=base64"),
    (b"+2AA-", "text/plain; charset=utf-7"),
    (b"&".join(b"a%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary=" + "y" * 500),
    (b"x", "application/octet-stream"),
]


def test_a_hostile_body_is_refused_and_never_a_fault_of_ours(anna: Any) -> None:
    """S28: hostile bodies at the door of webhooks."""
    _flow, address = hook(anna)
    web = Client(raise_request_exception=False)
    for body, kind in HOSTILE:
        answer = web.generic("POST", address, body, content_type=kind)
        assert 400 <= answer.status_code < 500, (body[:40], answer.content)
    assert not Execution.objects.exists()


def test_a_long_body_and_a_flood_are_refused_and_the_flood_is_told_of_once(anna: Any) -> None:
    """S2-11: too many requests from one client are refused, and are an event."""
    flow, address = hook(anna, maxBytes=10, perMinute=2)
    assert call(address, {"text": "x" * 20}).status_code == 413
    assert call(address).status_code == 202
    busy = [call(address) for _time in range(3)]
    assert {answer.status_code for answer in busy} == {429}
    assert int(busy[0]["Retry-After"]) >= 1
    event = Event.objects.get(name="client.too_many_requests")
    assert event.payload["client"] == event.subject == "127.0.0.1"
    assert len(runs_of(flow)) == 1


def test_a_hook_with_a_name_checks_what_comes_and_tells_others(anna: Any) -> None:
    flow, address = hook(anna, event="payment.received")
    other = listening(anna, event="payment.received")
    assert call(address, {"amount": 1}).status_code == 400
    paid = {"paymentId": "p-1", "amount": 100, "orderId": "o-1"}
    for duplicate in (False, True):
        assert call(address, paid).json()["duplicate"] is duplicate
    deliver()
    assert (len(runs_of(flow)), len(runs_of(other))) == (1, 1)
    event = Event.objects.get()
    assert (event.subject, event.payload) == ("o-1", paid)


def _answering(user: Any, answer: str, *nodes: Any, edges: Any, **config: Any) -> str:
    said = {"proof": "none", "answer": answer, "waitSeconds": 5, **config}
    trigger = ("begin", "trigger-webhook", {"config": said})
    flow = driving.workflow(user, driving.definition([trigger, *nodes], edges))
    return f"/hooks/{listener_of(flow).address}"


def _called_while_working(address: str, body: Any) -> Any:
    return while_working(lambda: call(address, body))


def test_valid_and_invalid_input_take_their_own_branches_and_answers(anna: Any) -> None:
    """S0-14, S0-15: webhook and respond-to-webhook; invalid input gets its own branch and a 4xx answer."""
    is_valid = {"conditions": [{"field": "body.email", "op": "exists"}]}
    address = _answering(
        anna,
        "node",
        ("check", "if", {"config": is_valid}),
        ("good", "respond-to-webhook", {"config": {"status": 201, "what": "body", "body": {"ok": True}}}),
        ("bad", "respond-to-webhook", {"config": {"status": 422, "what": "body", "body": "no e-mail"}}),
        edges=[("begin", "check"), ("check", "good", "true"), ("check", "bad", "false")],
    )
    good = _called_while_working(address, {"email": "anna@example.org"})
    bad = _called_while_working(address, {})
    assert (good.status_code, good.json()) == (201, {"ok": True})
    assert (bad.status_code, bad.content) == (422, b"no e-mail")
    assert good["Content-Security-Policy"] == bad["Content-Security-Policy"] == "sandbox"


def test_the_end_of_the_run_is_the_answer_where_that_is_wanted(anna: Any) -> None:
    address = _answering(anna, "finished", ("act", "noop"), edges=[("begin", "act")])
    answer = _called_while_working(address, {"a": 1})
    assert answer.status_code == 200
    assert answer.json()["status"] == "succeeded"
    assert answer.json()["output"][0]["body"] == {"a": 1}


@pytest.mark.parametrize(
    ("result", "kind", "content"),
    [
        ("first", "application/json", b'{"n":1}'),
        ("all", "application/json", b'[{"n":1},{"n":2}]'),
        ("file", "text/csv", b"n\r\n1\r\n2\r\n"),
    ],
)
def test_what_the_run_gives_back_is_the_answer_as_the_hook_says(
    anna: Any, result: str, kind: str, content: bytes
) -> None:
    nodes: list[Any] = [("each", "split-out", {"config": {"field": "rows"}})]
    edges = [("begin", "each")]
    if result == "file":
        nodes.append(("file", "file-make", {"config": {"form": "csv"}}))
        edges.append(("each", "file"))
    address = _answering(anna, "finished", *nodes, edges=edges, result=result, item="body")
    answer = _called_while_working(address, {"rows": [{"n": 1}, {"n": 2}]})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)
    assert answer.content.replace(b" ", b"").removeprefix(b"\xef\xbb\xbf") == content


def test_a_run_without_a_file_is_answered_with_nothing(anna: Any) -> None:
    address = _answering(anna, "finished", ("act", "noop"), edges=[("begin", "act")], result="file")
    answer = _called_while_working(address, {"a": 1})
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_run_that_never_came_to_its_answer_is_reported(anna: Any) -> None:
    address = _answering(
        anna,
        "node",
        ("check", "if", {"config": {"conditions": [{"field": "body.a", "op": "exists"}]}}),
        ("good", "respond-to-webhook", {"config": {"what": "body", "body": "well"}}),
        ("bad", "fail"),
        edges=[("begin", "check"), ("check", "good", "true"), ("check", "bad", "false")],
    )
    answer = _called_while_working(address, {})
    assert (answer.status_code, answer.json()["status"]) == (500, "failed")
