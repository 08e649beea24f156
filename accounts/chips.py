"""A state as pages of the admin show it: in lists a chip with a colour, on the page of one row its words."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape


class Chip(tuple[Any, str]):
    """`(code, words)`. The colours are named by code in `label` of unfold's `display`; it wants each code in there."""

    __slots__ = ()

    def __new__(cls, code: Any, words: Any) -> Chip:
        return super().__new__(cls, (code, str(words)))

    def __html__(self) -> str:
        """Asked by the page of one row, which knows no chips."""
        return conditional_escape(self[1])
