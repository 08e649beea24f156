"""PURE: the parameters of an n8n node, taken one by one, so that what nobody took is known at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.items.wording import gettext_noop

WITHOUT_EFFECT = frozenset(
    {
        "notice",
        "alwaysOutputData",
        "authentication",
        "nodeCredentialType",
        "genericAuthType",
        "notes",
        "looseTypeValidation",
    }
)
"""What changes nothing about the result: hints, and which credential is asked for."""


class Unsupported(Exception):
    """The node cannot be turned into ours. `message` is a gettext msgid with places for `params`."""

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message)


OPERATION = gettext_noop("Операция «%(operation)s» узла %(type)s не поддерживается")
MISSING = gettext_noop("Параметр «%(parameter)s» не заполнен")
PARAMETER = gettext_noop("Параметр «%(parameter)s» не поддерживается")


class Parameters:
    """A parameter that is empty counts as not there."""

    def __init__(self, raw: Mapping[str, Any], path: str = "") -> None:
        self._raw = raw
        self._path = path
        self._taken: set[str] = set()
        self._inner: list[Parameters] = []

    def take(self, name: str, default: Any = None) -> Any:
        """The value, which somebody answers for from now on."""
        self._taken.add(name)
        value = self._raw.get(name)
        return default if value is None else value

    def text(self, name: str, default: str = "") -> str:
        """A value that has to be written out, without an expression. Raises `Unsupported`."""
        value = self.take(name, default)
        if not isinstance(value, str) or value.startswith("="):
            raise Unsupported(PARAMETER, parameter=self._path + name)
        return value

    def number(self, name: str, default: float) -> Any:
        """A number that is written out. Raises `Unsupported`."""
        value = self.take(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if isinstance(value, bool | str | list | Mapping):
            raise Unsupported(PARAMETER, parameter=self._path + name)
        return value

    def group(self, name: str) -> Parameters:
        """An object of parameters, whose own ones have to be taken, too."""
        value = self.take(name)
        inner = Parameters(value if isinstance(value, Mapping) else {}, f"{self._path}{name}.")
        self._inner.append(inner)
        return inner

    def rows(self, name: str, key: str) -> list[Parameters]:
        """The objects of a list that lies in an object: `assignments.assignments`."""
        held = self.group(name)
        listed = held.take(key)
        rows = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        found = [Parameters(one, f"{self._path}{name}.{key}.") for one in rows]
        self._inner.extend(found)
        return found

    def listed(self, name: str) -> list[Parameters]:
        """The objects of a list, whose parameters have to be taken, too."""
        value = self.take(name)
        rows = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
        found = [Parameters(one, f"{self._path}{name}.") for one in rows]
        self._inner.extend(found)
        return found

    def adopt(self, raw: Mapping[str, Any], name: str) -> Parameters:
        """Parameters of another node that works inside this one: what of them nobody takes is this one's reason."""
        inner = Parameters(raw, f"{name}: ")
        self._inner.append(inner)
        return inner

    def left(self) -> list[str]:
        """What nobody took and what is not empty."""
        mine = [
            self._path + name
            for name, value in self._raw.items()
            if name not in self._taken and name not in WITHOUT_EFFECT and not _is_empty(value)
        ]
        return mine + [name for inner in self._inner for name in inner.left()]


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(inner) for inner in value.values())
    return value is None or value is False or value == "" or value == []
