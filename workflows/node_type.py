"""What a node type is: the contract between the engine and the files of `workflows/nodes/`.

A node type says what it is (names, ports, config), how it behaves (weight, retries, timeout) and what it does
(`run`). It never sees a session, a model, the settings or a clock: everything arrives through `NodeContext`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict

from workflows.graph.settings import RetryPolicy
from workflows.javascript import Surroundings
from workflows.notes import Note

Item = dict[str, Any]
"""One JSON object. Data between nodes is a list of items per port."""

Weight = Literal["inline", "io", "cpu"]
"""inline: pure, milliseconds, runs wherever the run is; io: waits for the outside; cpu: heavy, a process of its own."""

Stores = Literal["raw", "processed"]


@dataclass(frozen=True)
class Port:
    """A named place where items enter or leave.

    A `required` input cannot be left without an edge, unless the type's `needs_input` says otherwise.
    """

    name: str
    title: str | Promise
    required: bool = False


class Config(BaseModel):
    """Base of every node's config: frozen, unknown keys are faults, every field has a title and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


ConfigClass = type[Config]
"""Said here, because inside `NodeType` the word `type` is the name of the node type."""


class NodeError(Exception):
    """A step that did not work, told in a way that a person and the retry policy understand.

    `message` may have %(name)s places for `details`, as in `Log`.
    """

    transient: ClassVar[bool]

    def __init__(self, code: str, message: str | Promise, **details: Any) -> None:
        self.code = code
        self.message = message
        self.details = details
        super().__init__(code)


class Transient(NodeError):
    """May work when tried again; `retry_after` (seconds) is the earliest that the other side allows."""

    transient = True

    def __init__(self, code: str, message: str | Promise, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(code, message, **details)
        self.retry_after = retry_after


class Permanent(NodeError):
    """Will not work however often it is tried."""

    transient = False


@dataclass(frozen=True)
class Done:
    """The step has worked. A port that is named fires, also with `[]`; one that is not named did not fire.

    `sources` says per port and item from which `[input port, index]` it was made, where that is not one to one.
    `notes` are written down with the step's result.
    """

    ports: Mapping[str, Sequence[Item]]
    sources: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    notes: Sequence[Note] = ()


def routed(routes: Iterable[tuple[str, int, Item]]) -> Done:
    """Items by the ports that they leave by: `(port, index in the input "in", item)`. One with none does not fire."""
    ports: dict[str, list[Item]] = {}
    sources: dict[str, list[tuple[str, int]]] = {}
    for port, index, item in routes:
        ports.setdefault(port, []).append(item)
        sources.setdefault(port, []).append(("in", index))
    return Done(ports, sources)


@dataclass(frozen=True)
class Wait:
    """The step sleeps as a row until a time, an event, or whichever comes first.

    Without `event` the input items leave by `on_timeout` (default: the first output) when `until` or `seconds` is over.
    An event whose payload names a port under `port_field` leaves by that one, else by `on_event`.
    """

    seconds: float | None = None
    until: datetime | None = None
    event: str | None = None
    subject: str | None = None
    on_event: str | None = None
    on_timeout: str | None = None
    port_field: str | None = None


@dataclass(frozen=True)
class Later:
    """Not now (a rate limit, an open breaker): run again in `seconds`, with `progress` kept. Costs no try.

    `host` is the server that has to be left alone, for people who ask why the step waits.
    """

    seconds: float
    reason: str
    progress: Any = None
    host: str | None = None


@dataclass(frozen=True)
class Pass:
    """Run the loop's body once with `items`; when it has ended the node runs again with `progress`."""

    items: Sequence[Item]
    progress: Any


@dataclass(frozen=True)
class Start:
    """Start runs of the workflow with this id or code, one for each of `inputs`, which become their `inputData`.

    With `wait` the step sleeps until all have ended; what they gave back leaves by the first output, in their order,
    and a failure of one is the step's. Without, it goes on at once with their ids.
    """

    workflow: str
    inputs: Sequence[Item]
    wait: bool = True


Outcome = Done | Wait | Later | Pass | Start


class Log(Protocol):
    """The step's log, shown to people. `message` is a gettext msgid with %(name)s places, translated when read.

    A value for a place may be such a message itself: `{"message": msgid, "params": values}`.
    """

    def debug(self, message: str, **params: Any) -> None: ...
    def info(self, message: str, **params: Any) -> None: ...
    def warning(self, message: str, **params: Any) -> None: ...
    def error(self, message: str, **params: Any) -> None: ...


ClientT = TypeVar("ClientT")


class NodeContext(Protocol):
    """All that a running node is given."""

    @property
    def config(self) -> Any:
        """The checked `Config`, its templates rendered for the first item (or for no item)."""

    def config_for(self, index: int) -> Any:
        """The checked `Config` with its templates rendered for item `index` of the first input."""

    @property
    def inputs(self) -> Mapping[str, list[Item]]:
        """Items by input port."""

    @property
    def items(self) -> list[Item]:
        """Items of the first input port; for a root the one item is the run's `inputData`."""

    @property
    def log(self) -> Log: ...

    @property
    def attempt(self) -> int:
        """Counts the claims of this step, from 1."""

    @property
    def tries(self) -> int:
        """Counts the failures of this step so far."""

    @property
    def deadline(self) -> float:
        """`time.monotonic()` at which the step will be cut off."""

    @property
    def idempotency_key(self) -> str:
        """Stable over all attempts of this step."""

    @property
    def execution_id(self) -> str: ...

    @property
    def progress(self) -> Any:
        """What the last `Later` of this step kept, or None."""

    @property
    def returned(self) -> list[Item] | None:
        """What the passes of a loop have brought back so far, in their order; None when no edge leads back to it."""

    @property
    def surroundings(self) -> Surroundings:
        """What programs of this step may name."""

    def watching(self, cut: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `cut`, from another thread, when the step is cancelled while the block runs."""

    def connect(self, client: type[ClientT]) -> ClientT:
        """A client for an outside system, bound to this step's deadline, cancellation and idempotency key."""


class NodeType(ABC):
    """One kind of node. Subclass it in a file of its own in `workflows/nodes/`; there is no list to add it to."""

    type: ClassVar[str]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    group: ClassVar[Literal["wildberries", "data", "flow", "http", "test"]]
    Config: ClassVar[ConfigClass] = Config
    inputs: ClassVar[tuple[Port, ...]]
    outputs: ClassVar[tuple[Port, ...]]
    weight: ClassVar[Weight] = "inline"
    repeatable: ClassVar[bool] = True
    """Safe to run twice: a lost worker's step is simply tried again."""
    only_reads: ClassVar[bool] = False
    """Works outside, but changes nothing there: a test of it need not ask."""
    stores: ClassVar[Stores | None] = None
    """Whether the output of the first port is kept as raw or processed data."""
    retry: ClassVar[RetryPolicy] = RetryPolicy()
    timeout_seconds: ClassVar[float] = 60.0
    starts: ClassVar[bool] = False
    """Whether it is a trigger: it begins runs by itself, has no inputs, and its config holds no templates."""
    returns: ClassVar[bool] = False
    """Whether what leaves it is what its run gives back; nothing may follow it."""
    verbatim: ClassVar[frozenset[str]] = frozenset()
    """Fields of the config in which `{{` means nothing: they are given to `run` as they are written."""
    programs: ClassVar[frozenset[str]] = frozenset()
    """Those of the `verbatim` fields that hold JavaScript, which is checked when the workflow is saved."""
    any_handles: ClassVar[bool] = False
    """Whether edges may name inputs and outputs that the type does not have."""
    loops: ClassVar[bool] = False
    """Whether its port `loop` leads into a body that is run once for every `Pass` it returns."""

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        """The default policy of a node with this raw config (templates unrendered); `data.settings` wins over it."""
        return cls.retry

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        """Whether a node with this raw config may change something outside of its run: a test of it asks first."""
        return not cls.only_reads and (cls.weight == "io" or not cls.repeatable)

    @classmethod
    def needs_input(cls, config: Mapping[str, Any]) -> bool:
        """Whether a node with this raw config must have edges at its `required` inputs; else it may be a root."""
        return True

    @classmethod
    def started_workflow(cls, config: Mapping[str, Any]) -> str | None:
        """The id or code of the workflow that a node with this raw config starts; None when it starts none, or many."""
        return None

    @abstractmethod
    def run(self, context: NodeContext) -> Outcome:
        """Do the work, outside any transaction. Raises `Transient`, `Permanent` or an `OutboundError`."""
