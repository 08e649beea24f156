"""Trying out where a credential leads."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from integrations.dialling import knock
from integrations.errors import ForbiddenTarget, Unreachable
from integrations.secret import Secret


def mailbox(port: int) -> Secret:
    place = {"host": "127.0.0.1", "port": str(port), "security": "none"}
    return Secret(id="1", kind="imap", value="x", login="b", settings=place)


def test_a_server_that_listens_is_there_and_one_that_does_not_is_not(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        knock(mailbox(port))
    with pytest.raises(Unreachable):
        knock(mailbox(port))


def test_nobody_knocks_at_an_inner_address() -> None:
    """Also the trial of a credential is a call."""
    with pytest.raises(ForbiddenTarget):
        knock(mailbox(993))
