"""The repository stands alone: nothing in it belongs to one person's machine, network or accounts."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT, files, name

PERSONAL_PATH = re.compile(r"(?<![\w.:/~-])/(?:work|root|home|Users|tmp/w)/\w")
REGISTRY = re.compile(r"--(?:extra-)?index-url|\"resolved\": \"http|--trusted-host|--find-links")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
TEXT = {".py", ".md", ".txt", ".in", ".toml", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".po", ".ini", ""}


def test_no_file_names_somebodys_folders_registry_or_key() -> None:
    found = []
    for path in files():
        if path.suffix not in TEXT or name(path) == "tests/architecture/test_workplace.py":
            continue
        text = path.read_text(errors="replace")
        found += [
            f"{name(path)}: {hit.group()}"
            for rule in (PERSONAL_PATH, REGISTRY, PRIVATE_KEY)
            if (hit := rule.search(text))
        ]
    assert not found


def test_the_development_lock_contains_the_production_lock() -> None:
    """So an environment made for the tests also serves to run the product as it is released."""
    pins = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.txt", "requirements-dev.txt")
    ]
    assert pins[0].items() <= pins[1].items()
