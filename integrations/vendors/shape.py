"""PURE: what a vendor's table says: where the service is, how a call is signed, what each operation sends and gives.

A table is data. The node type of a vendor, its form and its page in the documents are made from it
(`workflows.vendor_node`), and `client` carries out what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FieldKind = Literal["text", "number", "flag", "object", "list", "any"]
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods whose second call changes nothing more, unless the operation says otherwise."""


@dataclass(frozen=True)
class Field:
    """One value that people give. Title and `about` are gettext msgids.

    `to` is where it goes: `body:a.b` (a place in the body; `body:*` is the whole of it), `query:name` (`query:*` are
    many), `path`, `header:Name`, or `none` for what only `prepare` and `shape` read. Without a value nothing is sent. A
    `hidden` one nobody is asked for: `prepare` gives it.
    """

    name: str
    title: str
    about: str
    kind: FieldKind = "text"
    to: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def target(self) -> tuple[str, str]:
        """Which part of the request, and the place in it."""
        part, _colon, place = (self.to or f"body:{self.name}").partition(":")
        return part, place or self.name


@dataclass(frozen=True)
class Paging:
    """How the next page is asked for: `into` (`body:…` or `query:…`) takes the cursor.

    The cursor lies in the answer at `next` (`end` says when there is none although it is there); without `next` the
    pages are counted from `first` until one has fewer than `size` items. `size_into` takes how many a page may have.
    """

    into: str
    next: str = ""
    size: int = 100
    size_into: str = ""
    first: int = 1


@dataclass(frozen=True)
class Lookup:
    """Something that has to be asked first, when the field `when` is given: what lies at `at` in the answer to `path`
    becomes the value `into`.

    `path` has places for the operation's own fields of the path; `query` says under which names others go along. With
    `absent` it may be that there is nothing (404): then there is no value.
    """

    when: str
    path: str
    at: str
    into: str
    query: Mapping[str, str] = field(default_factory=dict)
    absent: bool = False


@dataclass(frozen=True)
class Operation:
    """One thing that a service does.

    `path` has places for the fields that go there; `fixed` is always in the body; `form` sends it as a form. `items` is
    where the answer's items lie: without it the whole answer is one, a list gives an item each, what is no object lies
    in the field `value`. `prepare` changes the values before they are sent, `shape` makes an item of a raw one.
    """

    name: str
    title: str
    method: str
    path: str
    fields: tuple[Field, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    form: bool = False
    items: str = ""
    paging: Paging | None = None
    repeatable: bool | None = None
    lookup: Lookup | None = None
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    shape: Callable[[Any, Mapping[str, Any]], Any] | None = None

    @property
    def may_repeat(self) -> bool:
        """Whether a call of which nobody knows what came of it may simply be made again."""
        return self.method in REPEATABLE if self.repeatable is None else self.repeatable


@dataclass(frozen=True, eq=False)
class Vendor:
    """A service. `kinds` are the kinds of credentials that it takes.

    `base_url` is empty where only the credential knows it: as its setting `baseUrl`, or because the address is the
    secret. `headers` go with every call; `secret_headers` name headers that repeat the secret, `{value}` being it.
    `refusal` finds what a service says that answers 200 and means no.
    """

    name: str
    base_url: str
    kinds: tuple[str, ...]
    operations: tuple[Operation, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    refusal: Callable[[Any], str | None] | None = None

    def operation(self, name: str) -> Operation:
        return next(one for one in self.operations if one.name == name)


def at(value: Any, path: str) -> Any:
    """What lies at `a.b.0` in a JSON value, None where nothing does."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Write a value to `a.b` of a JSON object."""
    *above, last = path.split(".")
    for part in above:
        target = target.setdefault(part, {})
    target[last] = value
