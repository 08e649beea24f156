"""What `make audit` makes of the answers of its tool."""

from __future__ import annotations

from typing import Any

import pytest

from devtools.auditing import findings
from devtools.installation import Refused

SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "not found"}
HOLED = {"name": "holed", "version": "2.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"], "aliases": []}]}
HOPELESS = {"name": "hopeless", "version": "3.0", "vulns": [{"id": "CVE-2026-2", "fix_versions": []}]}


def test_what_has_no_known_hole_is_not_spoken_of() -> None:
    assert findings("the.lock", [SOUND]) == []


def test_holes_are_told_with_their_cure() -> None:
    """S41: `pip-audit` where a network exists."""
    assert findings("the.lock", [SOUND, HOLED, HOPELESS]) == [
        "the.lock: holed 2.0: CVE-2026-1, mended in 2.1",
        "the.lock: hopeless 3.0: CVE-2026-2, mended in no version yet",
    ]


def test_a_package_that_was_not_looked_at_is_no_sound_one() -> None:
    """S41: the tool itself passes over it."""
    assert findings("the.lock", [SOUND, UNKNOWN]) == ["the.lock: ours: not audited, not found"]


@pytest.mark.parametrize("found", [[], [UNKNOWN]])
def test_an_index_that_knows_nothing_is_no_answer(found: list[dict[str, Any]]) -> None:
    """S41: a mirror without the database of holes; the tool says that no hole is known."""
    with pytest.raises(Refused):
        findings("the.lock", found)
