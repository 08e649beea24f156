"""PURE: long texts in pieces that a model can take, with an overlap so that no sentence is lost between two."""

from __future__ import annotations

from typing import Final

SEPARATORS: Final = ("\n\n", "\n", " ", "")
TOKEN_CHARACTERS: Final = 4
"""What a token is taken for: models count in their own ways, and each in another."""


def by_separator(text: str, size: int, overlap: int, separator: str = "\n\n") -> list[str]:
    """Pieces of whole parts between separators, of `size` characters where the parts allow it."""
    parts = text.split(separator) if separator else list(text)
    return _joined([part for part in parts if part], separator, size, overlap)


def by_structure(text: str, size: int, overlap: int, separators: tuple[str, ...] = SEPARATORS) -> list[str]:
    """Paragraphs where they fit, else lines, else words, else characters."""
    separator = next((one for one in separators if one == "" or one in text), "")
    smaller = separators[separators.index(separator) + 1 :]
    found: list[str] = []
    fitting: list[str] = []
    for part in text.split(separator) if separator else list(text):
        if len(part) <= size:
            fitting += [part] if part else []
            continue
        found += _joined(fitting, separator, size, overlap)
        fitting = []
        found += by_structure(part, size, overlap, smaller) if smaller else [part]
    return found + _joined(fitting, separator, size, overlap)


def by_tokens(text: str, size: int, overlap: int) -> list[str]:
    """Pieces of about so many tokens."""
    return by_structure(text, size * TOKEN_CHARACTERS, overlap * TOKEN_CHARACTERS)


def _joined(parts: list[str], separator: str, size: int, overlap: int) -> list[str]:
    """Parts put together up to `size`; each piece begins with the last parts of the one before, up to `overlap`."""
    pieces: list[str] = []
    held: list[str] = []
    length = 0
    for part in parts:
        if held and length + len(part) + len(separator) > size:
            pieces.append(separator.join(held).strip())
            while held and (length > overlap or length + len(part) + len(separator) > size):
                length -= len(held.pop(0)) + (len(separator) if held else 0)
        length += len(part) + (len(separator) if held else 0)
        held.append(part)
    if held:
        pieces.append(separator.join(held).strip())
    return [piece for piece in pieces if piece]
