"""Compiled catalogues: Django reads `.mo` files, the repository holds only `.po`. Standard library only."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
FRAME = ROOT / "config" / "locale"
"""Texts of the admin's frame, a library that speaks English alone: of languages in which it is shown."""


class BadCatalogue(Exception):
    """A `.po` file that cannot be compiled; the text is what the compiler says."""


def catalogues(locale: Path = LOCALE) -> list[Path]:
    """One `.po` file for every language; that of Russian, the language of the code, has only texts of libraries."""
    return sorted(locale.glob("*/LC_MESSAGES/django.po"))


def compile_all(python: Path) -> None:
    """Our own catalogues and those of the frame. Raises BadCatalogue."""
    for folder in (LOCALE, FRAME):
        compile_catalogues(python, folder)


def compile_catalogues(python: Path, locale: Path = LOCALE) -> None:
    """Write the `.mo` files by Babel of the interpreter `python`; free when nothing has changed.

    Raises BadCatalogue.
    """
    stamp = locale / ".compiled"
    present = _digest(locale)
    if _is_compiled(locale) and stamp.exists() and stamp.read_text() == present:
        return
    compiler = [str(python), "-m", "babel.messages.frontend", "compile"]
    command = [*compiler, "--directory", str(locale), "--domain", "django"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BadCatalogue(f"the translations could not be compiled:\n{done.stdout}{done.stderr}")
    stamp.write_text(present)


def _digest(locale: Path) -> str:
    digest = hashlib.sha256()
    for path in catalogues(locale):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_compiled(locale: Path) -> bool:
    return all(path.with_suffix(".mo").exists() for path in catalogues(locale))
