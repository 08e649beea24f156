"""PURE: the sign with which n8n marks a text as an expression: `={{ $json.name }}`.

Here any text may hold expressions, and the sign stays in the text: people who bring it along do not mean that. A
formula of a spreadsheet (`=SUM({{ $json.range }})`, `=A1*{{ $json.rate }}`) does begin so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from workflows.graph import expressions

_SIGN: Final = re.compile(r"=(?![=>])(?!\s*[+-]?\$?[A-Za-z.]+\$?[\d(!])")


def has_sign(text: str) -> bool:
    """Whether the text is written as n8n writes expressions. The editor asks the same: `TextField.tsx`."""
    return expressions.is_template(text) and _SIGN.match(text) is not None


def places(config: Any, verbatim: Collection[str] = ()) -> list[tuple[str | int, ...]]:
    """The keys that lead to each such text of a config; the fields `verbatim` hold none."""
    return [path for path, text in expressions.texts(config, verbatim) if has_sign(text)]
