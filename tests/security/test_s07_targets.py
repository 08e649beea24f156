"""Addresses that must never be called, spelled in every way that a resolver or a parser might take."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from integrations.errors import ForbiddenTarget, OutboundError, Unreachable
from integrations.http import CallScope, Door
from integrations.targets import TargetRules
from tests.fakes.ledger import Ledger, running

BY_NUMBER = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://127.255.255.254/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.168.255.255/",
    "http://100.64.0.1/",
    "http://100.127.255.254/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://169.254.170.2/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::7f00:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2606:4700::5efe:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[100::1]/",
    "http://[3fff::1]/",
]
BY_NAME = [
    "http://localhost/",
    "http://metadata.google.internal/",
    "http://metadata/",
    "http://METADATA.GOOGLE.INTERNAL./",
    "http://instance-data.ec2.internal/",
]
BY_FORM = [
    "http://example.org@127.0.0.1/",
    "http://user:password@example.org/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org:22/",
    "http://example.org:25/",
    "http://example.org:6379/",
    "http://example.org:70000/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://example.org/",
    "dict://127.0.0.1/",
    "javascript:alert(1)",
    "//127.0.0.1/",
    "http:///etc/passwd",
    "http://[::1",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/",
]


@pytest.mark.parametrize(
    "url", [*BY_NUMBER, *BY_NAME, *BY_FORM, "http://exa mple.org/", "http://127.0.0.1\r\nHost: x/"]
)
def test_a_hostile_address_is_refused_before_anything_is_sent(url: str) -> None:
    """S7: numbers in every base, embedded IPv4, names of metadata, userinfo, ports, schemes, and Unicode digits."""
    with pytest.raises(ForbiddenTarget):
        Door(CallScope(), TargetRules()).request("GET", url, timeout=5)


def test_the_table_has_sixty_addresses() -> None:
    """S7: the table is as long as it was promised."""
    assert len(BY_NUMBER) + len(BY_NAME) + len(BY_FORM) >= 60


@pytest.fixture
def ledger() -> Any:
    with running() as server:
        yield server


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(answers: list[str]) -> None:
    """S7: one inner answer of the name server forbids the name."""
    rules = TargetRules(resolver=lambda host, port: answers)
    with pytest.raises(ForbiddenTarget):
        Door(CallScope(), rules).request("GET", "http://inside.example.org/", timeout=5)


def test_a_name_that_changes_its_answer_never_reaches_the_loopback(ledger: Ledger) -> None:
    """S8: the checked address is the one that is connected to; a second answer is checked anew."""
    turns = iter(["93.184.215.14", "127.0.0.1"] * 500)
    rules = TargetRules(resolver=lambda host, port: [next(turns)])
    allowed = 0
    for _number in range(500):
        rules.addresses("rebinding.example.org", 8000)
        try:
            rules.addresses("rebinding.example.org", 8000)
            allowed += 1
        except ForbiddenTarget:
            continue
    assert (allowed, ledger.calls) == (0, [])


def test_a_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """S8: one question for each connection, whose answer is connected to; the next answer leads nowhere inside."""
    questions: list[str] = []
    dialled: list[Any] = []

    def turncoat(host: str, port: int) -> list[str]:
        questions.append(host)
        return ["127.0.0.1"] if questions.count(host) > 1 else ["93.184.215.14"]

    def dial(address: Any, *_limits: Any, **_options: Any) -> Any:
        dialled.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "create_connection", dial)
    for number in range(500):
        for error in (Unreachable, ForbiddenTarget):
            with pytest.raises(error):
                Door(CallScope(), TargetRules(resolver=turncoat)).request("GET", f"http://n{number}.example.org:8000/")
    assert questions == [f"n{number}.example.org" for number in range(500) for _time in range(2)]
    assert set(dialled) == {("93.184.215.14", 8000)}


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/", "http://127.0.0.1:9/", "file:///etc/passwd", "gopher://127.0.0.1/", "//[::1]/x"],
)
def test_a_redirect_to_the_inside_is_not_followed(ledger: Ledger, target: str) -> None:
    """S9: every hop of a redirect is checked like the first address."""
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port)}))
    with pytest.raises(ForbiddenTarget):
        Door(CallScope(), rules).request("GET", ledger.url(f"/redirect?to={target}"), follow_redirects=True)
    assert len(ledger.calls) == 1


@pytest.mark.parametrize(
    ("path", "limit"), [("/bomb", 1_000_000), ("/endless", 200_000), ("/big?bytes=300000", 200_000)]
)
def test_a_body_is_cut_at_its_decoded_size(ledger: Ledger, path: str, limit: int) -> None:
    """S11: a bomb, an endless body and a long one are given up at the limit."""
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port)}))
    with pytest.raises(OutboundError) as caught:
        Door(CallScope(), rules).request("GET", ledger.url(path), max_bytes=limit, timeout=20)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("path", ["/hang", "/drip", "/drip-headers"])
def test_a_trickle_cannot_hide_from_the_clock(ledger: Ledger, path: str) -> None:
    """S11: the total time counts, however often a byte comes."""
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", ledger.port)}))
    with pytest.raises(OutboundError) as caught:
        Door(CallScope(), rules).request("GET", ledger.url(path), timeout=0.4)
    assert caught.value.code == "timed_out"
