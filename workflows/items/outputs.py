"""PURE: the items of a step as expressions see them from one item of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.items.attached import wrapped
from workflows.items.wording import gettext_noop


class Unresolved(Exception):
    """A plain path asks for what there cannot be. `message` is a gettext msgid for `params`."""

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message)


@dataclass(frozen=True)
class Shared:
    """The items of one step; the wrapped ones are made once for all who look at them."""

    items: Sequence[Any]
    name: str = ""
    wrapped: list[Any] = field(default_factory=list)

    def all(self) -> list[Any]:
        if len(self.wrapped) != len(self.items):
            self.wrapped[:] = [wrapped(item) for item in self.items]
        return self.wrapped


@dataclass(frozen=True)
class Seen:
    """What an item of ours sees: `at` is the index of the one that it came from, `place` its own number.

    Without `at` a step with one item means that one; what else may be meant is not guessed.
    """

    shared: Shared
    at: int | None
    place: int = 0

    def pick(self, how: str) -> Any:
        """The item or items, wrapped; None where there is none. Raises `Unresolved`."""
        if how == "all":
            return self.shared.all()
        index = self._index(how)
        items = self.shared.items
        return wrapped(items[index]) if index is not None and index < len(items) else None

    def _index(self, how: str) -> int | None:
        count = len(self.shared.items)
        if how == "first":
            return 0
        if how == "last":
            return count - 1 if count else None
        if self.at is not None and self.at < count:
            return self.at
        if how == "old":
            return self.place if self.place < count else 0
        if count > 1:
            raise Unresolved(
                gettext_noop("неясно, какой элемент узла «%(node)s» нужен: укажите first(), last() или all()"),
                node=self.shared.name,
            )
        return 0
