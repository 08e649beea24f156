"""One fault of the engine, as an edit of its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A broken engine: in `file` the text `old`, which stands there once, is `new`.

    `killers` are tests of which each must fail then. A fault `in_database` is one that migrations put into the
    database: it is judged in one that is made with it.
    """

    name: str
    why: str
    file: str
    old: str
    new: str
    killers: tuple[str, ...]
    in_database: bool = False

    def applied(self, source: str) -> str:
        """The file with the fault. Raises `ValueError` where it cannot be put, because the engine has changed."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.old!r} stands {source.count(self.old)} times in {self.file}")
        return source.replace(self.old, self.new)
