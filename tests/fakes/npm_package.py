"""Programs of others that tests run, each installed once with npm into `var/`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


class Missing(Exception):
    """A program cannot run here; the text says why."""


def install(package: str, home: Path, *, seconds: float) -> None:
    """Put `package` (`name@version`) into `home`, unless it is there. Raises `Missing`.

    Into a folder of its own first, so that an interrupted or a second installation harms nobody.
    """
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        raise Missing("no node")
    if home.is_dir():
        return
    draft = home.with_name(f"{home.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", str(draft)]
    try:
        done = subprocess.run([*command, package], capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode:
            raise Missing(f"npm install failed: {done.stderr[-200:]}")
        if not home.exists():
            draft.rename(home)
    except subprocess.TimeoutExpired:
        raise Missing("npm install takes too long") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
