"""`make audit`: whether holes have become known in what the lock files name. It asks the index, over a network."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from devtools import console
from devtools.bootstrap import DEVELOPMENT_LOCK, PRODUCTION_LOCK, ROOT, find_uv
from devtools.installation import Refused

AUDITOR: Final = "pip-audit==2.10.1"
"""Runs in an environment of its own, which uv makes and keeps in its cache: nothing of it comes into `.venv`."""
OPTIONS: Final = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")


def audit(arguments: Sequence[str]) -> int:
    """Tell the known holes of both lock files: 0 where there is none, 1 where there is one or a package is not known.

    Raises `Refused` where nobody could be asked, since that is no answer. Arguments go to pip-audit.
    """
    uv = find_uv()
    if uv is None:
        raise Refused("not audited: uv could not be fetched, and it is what fetches pip-audit")
    command = [str(uv), "tool", "run", "--quiet", "--system-certs", "--from", AUDITOR, "pip-audit"]
    told = [line for lock in (PRODUCTION_LOCK, DEVELOPMENT_LOCK) for line in _of(command, lock, arguments)]
    for line in told:
        print(line)
    console.say(f"{len(told)} findings" if told else "no package of the lock files has a hole that is known today")
    return 1 if told else 0


def _of(command: Sequence[str], lock: Path, arguments: Sequence[str]) -> Iterator[str]:
    words = [*command, *OPTIONS, "--requirement", lock.name, *arguments]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise Refused(f"not audited: nobody could be asked about {lock.name}\n{done.stderr.strip()}") from None
    yield from findings(lock.name, found)


def findings(lock: str, found: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each hole and for each package that could not be looked at.

    The auditor calls it a success when the index knows nothing at all, as a mirror without the database of holes.
    Raises `Refused` then.
    """
    unknown = [each for each in found if "skip_reason" in each]
    if len(unknown) == len(found):
        raise Refused(f"not audited: the index knows nothing of the packages of {lock}; is it a mirror?")
    lines = [f"{lock}: {each['name']}: not audited, {each['skip_reason']}" for each in unknown]
    for package in found:
        for hole in package.get("vulns", ()):
            cure = ", ".join(hole["fix_versions"]) or "no version yet"
            lines.append(f"{lock}: {package['name']} {package['version']}: {hole['id']}, mended in {cure}")
    return lines
