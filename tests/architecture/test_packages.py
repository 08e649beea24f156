"""What we import is what we ask for: a package that only comes with another may be gone with its next version."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata

import pytest

from tests.architecture.tree import OWN_PACKAGES, ROOT, modules, name, parsed

PRODUCT = ("config", "executions", "workflows", "tickets", "integrations", "accounts")
OURS = {*OWN_PACKAGES, "tests", "dev", "manage"}


def asked_for(file: str) -> set[str]:
    """Names of a `requirements*.in`, those of the files that it includes too."""
    found: set[str] = set()
    for line in (ROOT / file).read_text().splitlines():
        if line.startswith("-r "):
            found |= asked_for(line.removeprefix("-r ").strip())
        elif named := re.match(r"[A-Za-z0-9._-]+", line):
            found.add(plain(named[0]))
    return found


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each imported module, and what would be one if the imported name is a module."""
    for found in ast.walk(tree):
        if isinstance(found, ast.Import):
            yield from ((alias.name, alias.name) for alias in found.names)
        elif isinstance(found, ast.ImportFrom) and found.module and not found.level:
            yield from ((found.module, f"{found.module}.{alias.name}") for alias in found.names)


@cache
def installed() -> dict[str, set[str]]:
    """The packages that bring a top-level name; several share a namespace such as `google`."""
    return {top: {plain(one) for one in found} for top, found in metadata.packages_distributions().items()}


@cache
def files_of(distribution: str) -> tuple[str, ...]:
    return tuple(str(file) for file in metadata.files(distribution) or ())


def bringers(module: str, deeper: str) -> set[str]:
    """The packages that a module may come from."""
    some = installed().get(module.partition(".")[0], set())
    if len(some) > 1:
        for found in (deeper, module):
            places = (f"{found.replace('.', '/')}/", f"{found.replace('.', '/')}.py")
            holding = {one for one in some if any(file.startswith(places) for file in files_of(one))}
            if holding:
                return holding
    return some


@pytest.mark.parametrize(
    ("packages", "file"), [(PRODUCT, "requirements.in"), (("devtools", "bench", "tests"), "requirements-dev.in")]
)
def test_every_package_that_is_imported_is_asked_for(packages: tuple[str, ...], file: str) -> None:
    """S41: the floor of a package is kept by whoever names it."""
    known = asked_for(file)
    unasked = {
        (name(path), module, *sorted(brought))
        for path in modules()
        if name(path).split("/")[0] in packages
        for module, deeper in imported(parsed(path))
        if (root := module.partition(".")[0]) not in OURS and root not in sys.stdlib_module_names
        if not (brought := bringers(module, deeper)) & known
    }
    assert unasked == set()
