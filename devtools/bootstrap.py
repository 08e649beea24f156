"""From a bare Python to a `.venv` that holds exactly what the lock names. Standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from devtools import front_end
from devtools.translations import BadCatalogue, compile_all

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = VENV / "tools"
"""uv lives beside the packages and not among them, so that a sync cannot remove it."""
STAMP = VENV / ".installed.json"
PRODUCTION_LOCK = ROOT / "requirements.txt"
DEVELOPMENT_LOCK = ROOT / "requirements-dev.txt"
DEVELOPMENT_COMMANDS = frozenset({"audit", "test", "check", "lock", "pictures", "screenshots"})
COMMANDS_WITH_PAGES = frozenset({"demo", "up", "run", "test", "check", "screenshots"})
OLDEST = (3, 11)
BEING_INSTALLED = ""
"""Stands for a digest in the stamp until all packages are there; equals none."""


class Unusable(Exception):
    """This machine lacks something that cannot be installed from here; the text says what and the cure."""


def enter(arguments: list[str]) -> None:
    """Become `devtools ARGUMENTS` inside `.venv`, made or renewed when the lock asks for it. Does not return.

    The translations that Django reads are compiled on the way, and the editor's pages built, when they have changed.
    """
    os.chdir(ROOT)
    if arguments[0] in ("status", "stop") and not PYTHON.exists():
        print("[]" if "--json" in arguments else "nothing is installed here yet, so nothing runs")
        return
    install(PRODUCTION_LOCK if arguments[0] not in DEVELOPMENT_COMMANDS else DEVELOPMENT_LOCK)
    try:
        with _one_at_a_time():
            compile_all(PYTHON)
    except BadCatalogue as problem:
        raise Unusable(str(problem)) from problem
    if arguments[0] in COMMANDS_WITH_PAGES:
        _build_pages()
    environment = {**os.environ, "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    environment.pop("PYTHONHOME", None)
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-m", "devtools", *arguments], environment)


def _build_pages() -> None:
    """Without them everything but the editor works, so a machine that cannot build them is only told so."""
    try:
        front_end.build_unless_it_failed_lately()
    except front_end.NotBuilt as reason:
        print(
            f"warning: no visual editor, its pages could not be built (python3 dev.py ui tries again):\n{reason}",
            file=sys.stderr,
        )


def install(lock: Path) -> None:
    """Make `.venv` hold the packages of `lock`. Free when its stamp says that it does (or holds the larger set).

    Where the larger set was held it is renewed, so that no command takes a developer's tools away. Raises Unusable
    when Python is too old, cannot make an environment, or the packages cannot be fetched.
    """
    if sys.version_info < OLDEST:
        raise Unusable(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}")
    if _digest(lock) in _held().values():
        return
    with _one_at_a_time():
        held = _held()
        if _digest(lock) in held.values():
            return
        lock = lock_to_install(lock, held)
        _make_environment()
        print(f"installing the packages of {lock.name} into .venv ...", file=sys.stderr, flush=True)
        locks = [PRODUCTION_LOCK, lock]
        STAMP.write_text(json.dumps({path.name: BEING_INSTALLED for path in locks}))
        _install_with_uv(lock) or _install_with_pip(lock)
        STAMP.write_text(json.dumps({path.name: _digest(path) for path in locks}))


def lock_to_install(asked: Path, held: Mapping[str, str]) -> Path:
    """The development lock once `.venv` was made from it: a sync with the smaller set would remove the rest."""
    return DEVELOPMENT_LOCK if DEVELOPMENT_LOCK.name in held else asked


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _held() -> dict[str, str]:
    """Names and digests of the locks that `.venv` holds; the development set contains the production set."""
    try:
        return dict(json.loads(STAMP.read_text())) if PYTHON.exists() else {}
    except (OSError, ValueError, TypeError):
        return {}


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with open(ROOT / "dev.py", "rb") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting: another dev.py installs here ...", file=sys.stderr, flush=True)
            fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _make_environment() -> None:
    if _runs(PYTHON):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Unusable(
            f"{sys.executable} cannot make virtual environments: its modules venv and ensurepip are missing.\n"
            "On Debian and Ubuntu: apt install python3-venv"
        )
    print("making .venv ...", file=sys.stderr, flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Unusable(f"python -m venv failed:\n{made.stdout}{made.stderr}")


def _runs(interpreter: Path) -> bool:
    """False also for a link into a Python that has been removed, and for an environment without pip."""
    try:
        return subprocess.run([str(interpreter), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def _install_with_uv(lock: Path) -> bool:
    """Quick, and removes what the lock does not name. False when uv cannot be had or cannot do it here.

    Bytecode is made at once: otherwise eight processes would compile the same modules side by side at their start, and
    do so every time where Python is told not to write it.
    """
    uv = find_uv()
    if uv is None:
        return False
    command = [str(uv), "pip", "sync", "--quiet", "--system-certs", "--compile-bytecode", "--require-hashes"]
    done = subprocess.run([*command, "--python", str(PYTHON), str(lock)], capture_output=True, text=True)
    if done.returncode:
        print(f"uv could not install the packages, pip will try:\n{done.stderr.strip()}", file=sys.stderr, flush=True)
    return done.returncode == 0


def _install_with_pip(lock: Path) -> bool:
    done = _pip("install", "--quiet", "--require-hashes", "-r", str(lock))
    if done.returncode:
        raise Unusable(f"the packages of {lock.name} could not be installed:\n{done.stdout}{done.stderr}")
    return True


def find_uv() -> Path | None:
    """The uv that the development lock pins, fetched by pip under the lock's hashes on first use."""
    pinned = _pinned_uv()
    uv = TOOLS / "bin" / "uv"
    stamp = TOOLS / "uv.txt"
    if uv.exists() and stamp.exists() and stamp.read_text() == pinned:
        return uv
    shutil.rmtree(TOOLS, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirement:
        requirement.write(pinned)
        requirement.flush()
        target = ["--target", str(TOOLS), "--no-deps"]
        done = _pip("install", "--quiet", "--require-hashes", *target, "-r", requirement.name)
    if done.returncode or not uv.exists():
        return None
    stamp.write_text(pinned)
    return uv


def _pinned_uv() -> str:
    """The lines of the development lock that pin uv, with their hashes."""
    found = re.search(r"^uv==.*?(?=^\S|\Z)", DEVELOPMENT_LOCK.read_text(), re.MULTILINE | re.DOTALL)
    if found is None:
        raise Unusable(f"{DEVELOPMENT_LOCK.name} does not pin uv")
    return "\n".join(line for line in found.group().splitlines() if not line.lstrip().startswith("#")) + "\n"
