"""Ports that are found now and listened at a while later, when the tables are made."""

from __future__ import annotations

import socket

from devtools.installation import free_ports, port_is_free

FIRST_OF_THE_KERNEL = 32_768
"""From here on Linux gives ports to connections, and to servers that do not mind where they listen."""


def test_nobody_is_given_a_port_by_chance_that_was_found_free() -> None:
    found = free_ports(200)
    assert len(set(found)) == 200
    assert max(found) < FIRST_OF_THE_KERNEL
    assert all(port_is_free(port) for port in found)


def test_a_port_that_is_taken_is_not_found() -> None:
    (port,) = free_ports(1)
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free(port)
        assert port not in free_ports(500)
