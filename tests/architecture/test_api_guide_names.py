"""What docs/api-guide.md says of lists is what they take: a page names no parameter that no address knows."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT
from tests.security import surface

GUIDE = (ROOT / "docs" / "api-guide.md").read_text()
PAGING = "Lists come in pages"


def test_every_parameter_of_the_guide_is_one_of_the_api() -> None:
    """S3-9: lists in pages. Others are refused, or ignored without a word."""
    (paging,) = (part for part in GUIDE.split("\n\n") if part.startswith(PAGING))
    told = set(re.findall(r"[?&](\w+)=", GUIDE)) | set(re.findall(r"`(\w+)`", paging))
    known = {name for operation in surface.operations() for name in operation.queries}
    assert {"page", "pageSize", "since"} <= told
    assert told - known == set(OUTSIDE_OF_THE_API)


OUTSIDE_OF_THE_API = ("EIO", "transport")
"""Of Socket.IO."""
