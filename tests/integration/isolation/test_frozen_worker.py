"""A worker in which a C function keeps the interpreter's lock: nothing inside can end it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

BEGINNING = """
import os, re, signal, time
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.conf import settings
settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = 0.4, 0.05
from executions.lease import Leases
Leases().start()
while not signal.getitimer(signal.ITIMER_PROF)[0]:
    time.sleep(0.01)
"""


def ending_of(work: str) -> int:
    """The exit code of a process that holds leases and does `work`; negative for a signal."""
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + work], timeout=300, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ).returncode


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("re.match('(a+)+$', 'a' * 60 + 'b')", -signal.SIGPROF),
        ("while time.process_time() < 3: pass", 0),
    ],
)
def test_the_kernel_ends_it_and_spares_one_that_only_works_hard(work: str, code: int) -> None:
    assert ending_of(work) == code
