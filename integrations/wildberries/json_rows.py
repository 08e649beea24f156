"""PURE: the rows of a long JSON array one by one, so that a hundred megabytes are never a hundred thousand objects."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, Final

from integrations.safe_json import UnsafeJSON, loads

PIECE: Final = 262_144
SPACE: Final = " \t\r\n"

_scanner = json.JSONDecoder()


def json_rows(body: bytes) -> Iterator[Any]:
    """The elements of the array in `body`, each read by the rules of `safe_json`. Nothing and `null` have none.

    Raises `UnsafeJSON`, at the latest where the document stops being an array.
    """
    text = _Text(body)
    if text.peek() == "" or text.rest_is("null"):
        return
    text.expect("[")
    if text.peek() == "]":
        text.expect("]")
    else:
        while True:
            yield loads(text.element())
            if text.peek() != ",":
                break
            text.expect(",")
        text.expect("]")
    if text.peek():
        raise UnsafeJSON("not_json", "more after the array")


class _Text:
    """A window over the decoded body that moves on and never holds more than an element and a piece."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._window = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise UnsafeJSON("not_json", f"no {mark} where one belongs")
        self._at += 1

    def rest_is(self, word: str) -> bool:
        return len(self._body) <= len(word) + 8 and self._body.strip() == word.encode()

    def element(self) -> str:
        """The text of the next element."""
        self.peek()
        while True:
            try:
                _value, end = _scanner.raw_decode(self._window, self._at)
            except (json.JSONDecodeError, RecursionError, ValueError):
                end = len(self._window)
            # A number at the edge of the window may go on behind it.
            if end < len(self._window):
                found, self._at = self._window[self._at : end], end
                return found
            if not self._more():
                raise UnsafeJSON("not_json", "the array breaks off")

    def _more(self) -> bool:
        """Take in at least as much again as is held, so that a long element is not scanned too often."""
        if self._read >= len(self._body):
            return False
        size = max(PIECE, len(self._window) - self._at)
        piece = self._body[self._read : self._read + size]
        self._read += size
        try:
            fresh = self._decoder.decode(piece, final=self._read >= len(self._body))
        except UnicodeDecodeError as error:
            raise UnsafeJSON("not_utf8", f"byte {error.start}") from None
        self._window = self._window[self._at :] + fresh
        self._at = 0
        return True
