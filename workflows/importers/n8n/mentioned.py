"""PURE: the nodes that the texts of a node name: `$('Name')`, `$node["Name"]`, `$items("Name")`."""

from __future__ import annotations

import re
from typing import Any

_NAMED = re.compile(
    r"""\$(?:items\s*)?\(\s*(?:"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)'|`([^`$]+)`)"""
    r"""|\$node\s*(?:\[\s*(?:"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)')\s*\]|\.([A-Za-z_]\w*))"""
)
_ESCAPED = re.compile(r"\\(.)")
CODE = frozenset({"jsCode", "functionCode", "pythonCode", "code", "query"})
"""Parameters in which names count without a leading `=`: programs, and SQL, where n8n fills `{{ }}` anyway."""


def mentioned(parameters: Any) -> tuple[str, ...]:
    """The names in expressions and programs, in their order, each once."""
    names: dict[str, None] = {}
    waiting: list[tuple[str, Any]] = [("", parameters)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            if "$" in value and (value.startswith("=") or key in CODE):
                for match in _NAMED.finditer(value):
                    found = next(part for part in match.groups() if part is not None)
                    names[_ESCAPED.sub(r"\1", found)] = None
        elif isinstance(value, dict):
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((key, one) for one in value)
    return tuple(names)
