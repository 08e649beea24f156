"""PURE: files that travel with an item, under one reserved name of its JSON, by the names that they have there.

{"price": 3, "$files": {"data": {"id", "fileName", "mimeType", "fileExtension", "fileSize"}}}. The content lies in a
store; expressions see the files as `$binary`, and `$json` without them. A program may give content itself, as base64 in
`data`; it goes to the store before anybody sees the item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FILES: Final = "$files"
FILE: Final = "$file"
"""A value that is one file, where no item is around it: the body of an answer."""
USUAL: Final = "data"
"""The name of a file where nobody gives it one."""

File = Mapping[str, Any]


def files_of(item: Any) -> Mapping[str, File]:
    """The item's files by their names."""
    held = item.get(FILES) if isinstance(item, Mapping) else None
    if not isinstance(held, Mapping):
        return {}
    return {str(name): file for name, file in held.items() if isinstance(file, Mapping)}


def without_files(item: Any) -> Any:
    """The item's own fields; the same object where it has no files."""
    if not isinstance(item, Mapping) or FILES not in item:
        return item
    return {name: value for name, value in item.items() if name != FILES}


def with_files(item: Mapping[str, Any], files: Mapping[str, File]) -> dict[str, Any]:
    """The item with these files and no others."""
    plain = dict(without_files(item))
    return {**plain, FILES: dict(files)} if files else plain


def wrapped(item: Any) -> dict[str, Any]:
    """The item as `$('Node').item` shows it."""
    files = files_of(item)
    return {"json": without_files(item), "binary": files} if files else {"json": item}
