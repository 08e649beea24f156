"""`make lock`: the lock files, written anew from requirements*.in with hashes, one for all Pythons and systems."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from devtools.bootstrap import DEVELOPMENT_LOCK, PRODUCTION_LOCK, ROOT, find_uv
from devtools.installation import Refused

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--system-certs"]


def lock(arguments: Sequence[str]) -> int:
    """Resolve both sets. Pins that still fit are kept; `--upgrade` among the arguments moves them."""
    uv = find_uv()
    if uv is None:
        raise Refused("uv could not be fetched, and only uv writes these lock files")
    for target in (PRODUCTION_LOCK, DEVELOPMENT_LOCK):
        source = target.with_suffix(".in").name
        command = [str(uv), "pip", "compile", "--quiet", *OPTIONS, "--custom-compile-command", "make lock"]
        done = subprocess.run([*command, *arguments, source, "-o", target.name], cwd=ROOT)
        if done.returncode:
            return done.returncode
    return 0
