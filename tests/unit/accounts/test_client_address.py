from __future__ import annotations

from typing import Any

import pytest

from accounts.logins import UNKNOWN_ADDRESS, client_address

PEER = "203.0.113.7"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "expected"),
    [
        ([], None, PEER, PEER),
        ([], "198.51.100.1", PEER, PEER),
        (["10.0.0.0/8"], "198.51.100.1", "10.0.0.5", "198.51.100.1"),
        (["10.0.0.0/8"], "6.6.6.6, 198.51.100.1", "10.0.0.5", "198.51.100.1"),
        (["10.0.0.0/8"], "198.51.100.1, 10.1.1.1", "10.0.0.5", "198.51.100.1"),
        (["10.0.0.0/8"], "198.51.100.1", PEER, PEER),
        (["10.0.0.0/8"], "not an address", "10.0.0.5", "10.0.0.5"),
        (["10.0.0.0/8"], None, "10.0.0.5", "10.0.0.5"),
        ([], None, "", UNKNOWN_ADDRESS),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(
    settings: Any, trusted: list[str], forwarded: str | None, peer: str, expected: str
):
    """S20: a spoofed `X-Forwarded-For` does not make a new client."""
    settings.TRUSTED_PROXIES = trusted
    meta = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert client_address(meta) == expected
