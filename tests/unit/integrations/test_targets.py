"""Which addresses may be called: the table of hostile spellings, and what the operator may allow."""

from __future__ import annotations

import pytest

from integrations.errors import ForbiddenTarget
from integrations.targets import TargetRules, refused_address, resolve

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:192.168.0.1",
    "fe80::5efe:10.0.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff00::1",
    "ff02::1",
    "ff05::1:3",
    "ffff::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.169.0.1",
    "223.255.255.254",
    "::ffff:8.8.8.8",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:801::200e",
]


def test_the_table_of_private_addresses_has_sixty_lines() -> None:
    assert len(set(PRIVATE)) == 60


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_an_inner_network_is_refused(address: str) -> None:
    assert refused_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert not refused_address(address)


@pytest.mark.parametrize(
    "host",
    ["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0", "localhost", "LOCALHOST", "::1"],
)
def test_a_spelling_of_loopback_is_refused_after_resolving(host: str) -> None:
    with pytest.raises(ForbiddenTarget) as caught:
        TargetRules().addresses(host, 80)
    assert caught.value.details["reason"] == "address"


def reason(url: str, rules: TargetRules | None = None) -> str | None:
    try:
        (rules or TargetRules()).check_url(url)
    except ForbiddenTarget as error:
        return str(error.details["reason"])
    return None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org", None),
        ("https://example.org/путь?q=1#part", None),
        ("http://example.org:8080/", None),
        ("http://example.org:9999/", None),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.org/", "scheme"),
        ("ftp://example.org/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("//example.org/", "scheme"),
        ("example.org", "scheme"),
        ("", "scheme"),
        ("http://", "malformed"),
        ("http:///path", "malformed"),
        ("http://exa mple.org/", "malformed"),
        ("http://example.org\\@127.0.0.1/", "malformed"),
        ("http://example.org/\r\nX-Evil: 1", "malformed"),
        ("http://example.org/\x00", "malformed"),
        ("http://example.org:99999/", "malformed"),
        ("http://example.org:port/", "malformed"),
        ("http://[::1/", "malformed"),
        ("http://user:password@example.org/", "userinfo"),
        ("http://example.org@127.0.0.1/", "userinfo"),
        ("http://example.org#@127.0.0.1/", None),
        ("http://example.org:22/", "port"),
        ("http://example.org:6379/", "port"),
        ("http://example.org:0/", "port"),
        ("http://metadata.google.internal/computeMetadata/v1/", "name"),
        ("http://METADATA.google.internal./", "name"),
        ("http://metadata/", "name"),
    ],
)
def test_the_form_of_a_url_is_judged_before_anything_is_resolved(url: str, expected: str | None) -> None:
    assert reason(url) == expected


def test_an_error_names_the_host_and_the_cure_and_not_the_path() -> None:
    with pytest.raises(ForbiddenTarget) as caught:
        TargetRules().check_url("http://example.org:22/path?token=secret")
    assert caught.value.details == {"reason": "port", "host": "example.org", "port": 22}
    assert "OUTBOUND_ALLOW" in str(caught.value.message)


def test_one_private_answer_of_many_forbids_the_name() -> None:
    rules = TargetRules(resolver=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(ForbiddenTarget):
        rules.addresses("example.org", 80)


def test_an_exception_of_the_operator_beats_address_and_port_for_this_endpoint_only() -> None:
    rules = TargetRules(exceptions=frozenset({("127.0.0.1", 4010)}))
    assert rules.check_url("http://127.0.0.1:4010/") == ("127.0.0.1", 4010)
    assert rules.addresses("127.0.0.1", 4010) == ["127.0.0.1"]
    assert reason("http://127.0.0.1:4011/", rules) == "port"
    with pytest.raises(ForbiddenTarget):
        rules.addresses("127.0.0.1", 8000)
    with pytest.raises(ForbiddenTarget):
        rules.addresses("localhost", 4010)


def test_an_exception_does_not_open_a_metadata_name() -> None:
    rules = TargetRules(exceptions=frozenset({("metadata.google.internal", 80)}))
    assert reason("http://metadata.google.internal/", rules) == "name"


def test_numeric_names_need_no_name_server() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]
