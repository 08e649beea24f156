"""PURE: where in a source the operand begins that stands before a dot: `f(x)[0].name` of `!f(x)[0].name.isEmpty()`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CONTROL: Final = frozenset({"if", "while", "for", "switch", "with", "catch"})
"""What stands in brackets behind these is no value that a dot could follow."""
_NO_VALUE: Final = _CONTROL | frozenset(
    {"return", "typeof", "in", "of", "case", "void", "await", "delete", "throw", "else", "do", "instanceof", "yield"}
)
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")


class Operands:
    """Told of every token of a source, by the number of the piece that it becomes.

    `asked` counts how often each operand is asked for, by the piece that it begins with.
    """

    def __init__(self) -> None:
        self.asked: dict[int, int] = {}
        self._start: int | None = None
        self._is_whole = False  # whether a dot, a call or an index may follow
        self._open: list[tuple[int | None, bool]] = []

    def ask(self) -> bool:
        """Note that the operand that ends here is asked for; False where none does."""
        if self._start is None or not self._is_whole:
            return False
        self.asked[self._start] = self.asked.get(self._start, 0) + 1
        return True

    def saw(self, place: int, text: str, found: Mapping[str, str | None], before: str) -> None:
        """A token that is no gap; `before` is the one before it."""
        if found.get("word"):
            self._word(place, text, before)
        elif text in _OPENING:
            self._opened(place, text, before)
        elif text in _CLOSING:
            self._start, self._is_whole = self._open.pop() if self._open else (None, False)
        elif text == "`":
            self._start = self._start if self._goes_on(before) else place
        elif found.get("sign") or found.get("dots"):
            self._is_whole = False
            if text not in (".", "?."):
                self._start = None
        elif not found.get("name"):  # a text or a pattern
            self._start, self._is_whole = place, True

    def wrote(self, *, opens: bool) -> None:
        """The text of a template has ended: with the template, or with the beginning of an expression in it."""
        if opens:
            self._open.append((self._start, True))
            self._start = None
        self._is_whole = not opens

    def _word(self, place: int, word: str, before: str) -> None:
        if before not in (".", "?.", "new"):
            self._start = None if word in _NO_VALUE else place
        self._is_whole = self._start is not None and word != "new"

    def _opened(self, place: int, sign: str, before: str) -> None:
        is_kept = before in ("?.", "new") or (sign != "{" and self._goes_on(before))
        self._open.append((self._start if is_kept else place, before not in _CONTROL))
        self._start, self._is_whole = None, False

    def _goes_on(self, before: str) -> bool:
        """Whether a bracket belongs to what stands before it; behind a brace one begins something new."""
        return self._is_whole and before != "}"
