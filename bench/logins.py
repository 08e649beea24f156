"""`logins`: whether the time of a refusal tells which logins there are.

The four kinds of people who are refused take turns, each attempt from an address of its own: the limits of a real
installation stand, and loopback has addresses enough.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from http.client import HTTPConnection
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

from accounts import services as accounts
from accounts.models import User
from bench.contender import RUN_SECONDS, Failed
from bench.machine import Machine

ATTEMPTS: Final = 40
"""Of each kind in one round: two hundred in the usual five."""
FIRST_ADDRESS: Final = int(ipaddress.ip_address("127.1.0.1"))
ADDRESSES: Final = 2**23
REFUSED: Final = 401
KINDS: Final = ("known", "unknown", "closed", "without a password")


def measure(url: str, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """`ms` is the median of all refusals of each kind; `apart_ms` of how much longer each took than that of the known.

    `difference_ms` is the largest of these. Each is compared with the one beside it: a machine is busy for longer than
    a refusal takes, so that what others do falls upon all kinds alike.
    """
    taken = defaultdict[str, list[float]](list)
    machines = []
    addresses = itertools.count(secrets.randbelow(ADDRESSES))
    with _people() as logins:
        for login in logins.values():
            _refusal(url, login, next(addresses))  # the first of a process loads the hasher
        for number in range(1, rounds + 1):
            machines.append(Machine.look())
            for _attempt in range(ATTEMPTS):
                for kind in random.sample(KINDS, len(KINDS)):  # whoever is first always may pay for the pause before
                    taken[kind].append(_refusal(url, logins[kind], next(addresses)))
            told = ", ".join(f"{kind} {middle} ms" for kind, middle in _middles(taken).items())
            tell(f"round {number} of {rounds}: {told}; others use {machines[-1].others:.0%}")
    apart = {
        kind: median(one - beside for one, beside in zip(taken[kind], taken[KINDS[0]], strict=True))
        for kind in KINDS[1:]
    }
    return {
        "work": "logins",
        "ms": _middles(taken),
        "apart_ms": {kind: round(seconds * 1000, 2) for kind, seconds in apart.items()},
        "difference_ms": round(max(map(abs, apart.values())) * 1000, 2),
        "attempts": ATTEMPTS * rounds,
        "rounds": rounds,
        "machine": asdict(machines[-1])
        | {"load": median(each.load for each in machines), "others": median(each.others for each in machines)},
    }


def _middles(taken: dict[str, list[float]]) -> dict[str, float]:
    return {kind: round(median(seconds) * 1000, 2) for kind, seconds in taken.items()}


@contextmanager
def _people() -> Iterator[dict[str, str]]:
    """A login of each kind; they are closed when the measuring ends."""
    name = f"bench-{secrets.token_hex(4)}"
    logins = {kind: f"{name}-{number}" for number, kind in enumerate(KINDS)}
    people: list[User] = []
    try:
        for kind, login in logins.items():
            if kind != "unknown":
                password = None if kind == "without a password" else secrets.token_urlsafe()
                people.append(accounts.create_user(username=login, password=password, name=login))
            if kind == "closed":
                accounts.deactivate_user(user=people[-1])
        yield logins
    finally:
        for person in people:
            accounts.deactivate_user(user=person)


def _refusal(url: str, login: str, number: int) -> float:
    """Seconds until a wrong password is refused. Raises `Failed`."""
    source = str(ipaddress.ip_address(FIRST_ADDRESS + number % ADDRESSES))
    body = json.dumps({"username": login, "password": "wrong-password"})
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=RUN_SECONDS, source_address=(source, 0))) as line:
        line.connect()
        began = time.perf_counter()
        line.request("POST", "/api/v1/auth/token", body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        passed = time.perf_counter() - began
    if answer.status != REFUSED:
        raise Failed(f"a wrong password was answered {answer.status}")
    return passed
