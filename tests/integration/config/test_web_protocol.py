"""A web process that is told to end, with calls that have not arrived yet."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPResponse

from django.conf import settings

from devtools.installation import free_port
from devtools.processes import command_of
from tests.acceptance.naryad import until
from tests.integration.realtime.live_server import PATIENCE_SECONDS, START_SECONDS, wait_for_answer

CALL = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LAST_CALL = CALL.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
HEALTHY = b'{"status": "ok"}'
PATIENTLY = f"""
import runpy, sys
from config import web_protocol
web_protocol.LINGER_SECONDS = {START_SECONDS}
sys.argv[0] = sys.argv.pop(1)
runpy.run_module(sys.argv[0], run_name="__main__")
"""
"""The same process, whose moment is long: a busy machine may let this one sleep for more than a second."""


def test_a_call_that_is_on_its_way_when_the_process_ends_is_answered() -> None:
    """Its connection was taken before: whoever has sent it could not tell whether it was carried out."""
    port = free_port()
    _m, *web = command_of("web", port=port)
    command = [sys.executable, "-c", PATIENTLY, *web, "--timeout-graceful-shutdown", str(int(START_SECONDS))]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ)
    try:
        until(lambda: _takes(port), seconds=START_SECONDS, what="the process listens")
        wait_for_answer(f"ws://127.0.0.1:{port}")
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as line:
            line.sendall(CALL)
            _is_answered(line)
            with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as new:
                process.send_signal(signal.SIGTERM)
                until(lambda: not _takes(port), seconds=PATIENCE_SECONDS, what="the process listens no more")
                for one in (new, line):
                    one.sendall(LAST_CALL)
                    _is_answered(one)
        assert process.wait(PATIENCE_SECONDS) is not None
    finally:
        process.kill()
        process.wait()


def _is_answered(line: socket.socket) -> None:
    """The whole answer is read, in however many pieces it comes: what is left would be taken for the next one."""
    answer = HTTPResponse(line)
    answer.begin()
    assert (answer.status, answer.read()) == (200, HEALTHY)


def _takes(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True
