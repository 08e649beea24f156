"""Where the door leads: only to checked addresses, also by redirect, and with secrets only where they belong."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import redis
from requests.structures import CaseInsensitiveDict

from integrations import http
from integrations.errors import (
    ForbiddenTarget,
    Unreachable,
)
from integrations.http import Answer, CallScope, Door
from integrations.secret import Secret
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger, running


def test_the_ledger_itself_is_out_of_reach_without_the_operators_word(ledger: Ledger, valkey: redis.Redis) -> None:
    for rules in (TargetRules(), TargetRules(exceptions=frozenset({("127.0.0.1", 1)}))):
        with pytest.raises(ForbiddenTarget):
            Door(CallScope(), rules).request("GET", ledger.url())
    assert ledger.calls == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "１２７.0.0.1", "0"])
def test_another_spelling_of_loopback_does_not_reach_it(door: Door, ledger: Ledger, host: str) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", f"http://{host}:{ledger.port}/json")
    with pytest.raises(ForbiddenTarget):
        door.request("GET", f"http://{host}:8000/json")
    assert ledger.calls == []


def test_a_name_that_resolves_to_an_inner_address_is_refused_after_one_question(ledger: Ledger) -> None:
    """The checked answer is the one that is connected to: a second, different answer is never asked for."""
    questions: list[str] = []

    def turncoat(host: str, port: int) -> list[str]:
        questions.append(host)
        return ["192.0.2.1"] if len(questions) % 2 else ["127.0.0.1"]

    with running() as other:
        rules = TargetRules(resolver=turncoat)
        for number in range(50):
            with pytest.raises(ForbiddenTarget):
                Door(CallScope(), rules).request("GET", f"http://name{number}.example:8000/")
        assert len(questions) == 50
        assert other.calls == []


def test_a_name_is_resolved_once_for_many_requests_over_one_connection(ledger: Ledger, valkey: redis.Redis) -> None:
    questions: list[str] = []

    def loopback(host: str, port: int) -> list[str]:
        questions.append(host)
        return ["127.0.0.1"]

    rules = TargetRules(exceptions=frozenset({("shop.example", ledger.port)}), resolver=loopback)
    for _ in range(3):
        Door(CallScope(), rules).request("GET", f"http://shop.example:{ledger.port}/json")
    assert questions == ["shop.example"]
    assert {call.headers["host"] for call in ledger.calls} == {f"shop.example:{ledger.port}"}


def test_the_second_address_of_a_name_is_tried_when_the_first_does_not_answer(
    ledger: Ledger, valkey: redis.Redis
) -> None:
    rules = TargetRules(
        exceptions=frozenset({("two.example", ledger.port)}), resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"]
    )
    assert Door(CallScope(), rules).request("GET", f"http://two.example:{ledger.port}/json").status == 200


def test_a_name_that_nobody_knows_is_unreachable(door: Door) -> None:
    with pytest.raises(Unreachable) as caught:
        door.request("GET", "http://no-such-name.invalid/")
    assert caught.value.details == {"host": "no-such-name.invalid"}


def test_a_closed_port_is_unreachable_and_may_be_tried_again(valkey: redis.Redis) -> None:
    with running() as gone:
        port = gone.port
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", port)}))
    with pytest.raises(Unreachable) as caught:
        Door(CallScope(), rules).request("GET", f"http://127.0.0.1:{port}/")
    assert caught.value.transient


def test_a_server_that_does_not_speak_tls_is_unreachable(door: Door, ledger: Ledger) -> None:
    with pytest.raises(Unreachable):
        door.request("GET", f"https://{ledger.endpoint}/")


@pytest.mark.parametrize("headers", [{"X-Bad": "a\r\nX-Evil: 1"}, {"X-Bad\n": "1"}])
def test_a_header_that_smuggles_a_line_is_refused(door: Door, ledger: Ledger, headers: dict[str, str]) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", ledger.url(), headers=headers)
    assert ledger.calls == []


def redirect(ledger: Ledger, to: str, status: int = 302) -> str:
    return ledger.url(f"/redirect?status={status}&to={to}")


def test_a_redirect_is_not_followed_unless_told(door: Door, ledger: Ledger) -> None:
    assert door.request("GET", redirect(ledger, "/json")).status == 302
    assert len(ledger.calls) == 1


def test_a_redirect_is_followed_with_the_headers_of_the_caller_on_the_same_origin(door: Door, ledger: Ledger) -> None:
    answer = door.request("GET", redirect(ledger, "/echo"), headers={"Authorization": "t"}, follow_redirects=True)
    assert answer.json()["headers"]["authorization"] == "t"
    assert answer.url == ledger.url("/echo")


def test_a_redirect_to_a_path_of_other_letters_is_followed(door: Door, ledger: Ledger) -> None:
    bare = "/echo?word=каталог".encode().decode("latin-1")  # as servers write it that know nothing of escapes
    door.request("GET", redirect(ledger, quote(bare, safe="")), follow_redirects=True)
    assert ledger.calls[-1].query == {"word": ["каталог"]}


def test_a_secret_may_go_to_a_host_of_other_letters_however_it_is_written() -> None:
    for pattern in ("api.пример.рф", "*.Пример.рф", "api.xn--e1afmkfd.xn--p1ai"):
        secret = Secret(id="1", kind="bearer", value="s", hosts=(pattern,))
        assert secret.may_go_to("api.пример.рф")
        assert secret.may_go_to("api.xn--e1afmkfd.xn--p1ai")
        assert not secret.may_go_to("api.примёр.рф")


def test_at_most_three_redirects_are_followed(door: Door, ledger: Ledger) -> None:
    answer = door.request(
        "GET", redirect(ledger, "/redirect?to=/redirect?to=/redirect?to=/json"), follow_redirects=True
    )
    assert answer.status == 302
    assert len(ledger.calls) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://127.0.0.1:8000/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//[::1]/",
    ],
)
def test_every_hop_of_a_redirect_is_checked(door: Door, ledger: Ledger, target: str) -> None:
    with pytest.raises(ForbiddenTarget):
        door.request("GET", redirect(ledger, target), follow_redirects=True)
    assert len(ledger.calls) == 1


def test_nothing_secret_goes_along_to_another_origin(door: Door, ledger: Ledger, valkey: redis.Redis) -> None:
    """S10: neither `Authorization` nor `Cookie` reaches a host that the credential was not sent to."""
    secret = Secret(id="c1", kind="bearer", value="topsecret")
    with running() as other:
        rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port), ("127.0.0.1", other.port)}))
        Door(CallScope(headers={"Idempotency-Key": "k"}), rules).request(
            "GET",
            redirect(ledger, other.url("/echo")),
            headers={"Cookie": "a=b", "X-Api-Key": "k", "Accept": "text/plain"},
            credential=secret,
            follow_redirects=True,
        )
        assert ledger.calls[0].headers["authorization"] == "Bearer topsecret"
        headers = other.calls[0].headers
        assert not {"authorization", "cookie", "x-api-key"} & headers.keys()
        assert (headers["accept"], headers["idempotency-key"]) == ("text/plain", "k")


@pytest.mark.parametrize("to", ["http://shop.example/", "https://shop.example:8443/", "https://evil.example/"])
def test_nothing_secret_leaves_its_origin_nor_its_encryption(to: str) -> None:
    """S10: from https to http of the same host is elsewhere, too."""
    hop = http._Hop(
        method="GET",
        url="https://shop.example/",
        own={"Authorization": "t", "Cookie": "a=b", "Accept": "text/plain"},
        added={},
        secret=Secret(id="c1", kind="bearer", value="topsecret"),
    )
    sent = Answer(status=302, headers=CaseInsensitiveDict(Location=to), body=b"", elapsed=0.0, url=hop.url)
    following = http._next_hop(hop, sent)
    assert following is not None
    assert (following.url, following.secret, following.own) == (to, None, {"Accept": "text/plain"})


def test_a_post_that_is_redirected_becomes_a_get_and_307_repeats_it(door: Door, ledger: Ledger) -> None:
    door.request("POST", redirect(ledger, "/echo"), json={"a": 1}, follow_redirects=True)
    door.request("POST", redirect(ledger, "/echo", 307), json={"a": 1}, follow_redirects=True)
    followed = [(call.method, call.body) for call in ledger.calls if call.path == "/echo"]
    assert followed == [("GET", b""), ("POST", b'{"a":1}')]


def test_a_body_is_not_repeated_to_another_origin(door: Door, ledger: Ledger, valkey: redis.Redis) -> None:
    with running() as other:
        rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port), ("127.0.0.1", other.port)}))
        url = redirect(ledger, other.url("/echo"), 307)
        with pytest.raises(ForbiddenTarget):
            Door(CallScope(), rules).request("POST", url, json={"a": 1}, follow_redirects=True)
        assert other.calls == []


def test_a_credential_goes_only_to_its_hosts(door: Door, ledger: Ledger) -> None:
    secret = Secret(id="c1", kind="bearer", value="topsecret", hosts=("*.example.org",))
    with pytest.raises(ForbiddenTarget) as caught:
        door.request("GET", ledger.url(), credential=secret)
    assert caught.value.details["reason"] == "host"
    assert ledger.calls == []
