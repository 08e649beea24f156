"""Compiled catalogues: Django reads `.mo` files, the repository holds only `.po`. Standard library only."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
STAMP = LOCALE / ".compiled"


class BadCatalogue(Exception):
    """A `.po` file that cannot be compiled; the text is what the compiler says."""


def catalogues() -> list[Path]:
    """One `.po` file for every language besides Russian, which is the language of the code."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def compile_catalogues(python: Path) -> None:
    """Write the `.mo` files by Babel of the interpreter `python`; free when nothing has changed.

    Raises BadCatalogue.
    """
    present = _digest()
    if present == _compiled():
        return
    command = [
        str(python),
        "-m",
        "babel.messages.frontend",
        "compile",
        "--directory",
        str(LOCALE),
        "--domain",
        "django",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BadCatalogue(f"the translations could not be compiled:\n{done.stdout}{done.stderr}")
    STAMP.write_text(present)


def _digest() -> str:
    digest = hashlib.sha256()
    for path in catalogues():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compiled() -> str | None:
    """Digest of the catalogues that the `.mo` files were made from; None when one of them is missing."""
    if not STAMP.exists() or not all(path.with_suffix(".mo").exists() for path in catalogues()):
        return None
    return STAMP.read_text()
