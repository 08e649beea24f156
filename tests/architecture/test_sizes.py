"""Small files whose names say what is inside."""

from __future__ import annotations

import ast
import re

from tests.architecture.tree import files, modules, name, parsed

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
NAMES_OF_NOTHING = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?|base)(\.py|/)")
LEFT_OVER = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")


def test_no_file_is_too_long() -> None:
    long = {name(path): lines for path in modules() if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert not long


def test_no_function_is_too_long() -> None:
    long = [
        f"{name(path)}:{found.lineno} {found.name}"
        for path in modules(tests=False)
        for found in ast.walk(parsed(path))
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        and (found.end_lineno or 0) - found.lineno >= LONGEST_FUNCTION
    ]
    assert not long


def test_no_room_is_named_after_nothing() -> None:
    """But for pages of the admin's frame that ours stand in the place of: it names them."""
    ours = [name(path) for path in files() if not name(path).startswith("templates/unfold/")]
    assert not [room for room in ours if NAMES_OF_NOTHING.search(room)]


def test_nothing_is_left_for_later() -> None:
    assert not [name(path) for path in modules() if LEFT_OVER.search(path.read_text())]
