"""PURE: the engine's settings beside a node's config, `data.settings`, and those of the whole definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, get_args

from workflows.graph import expressions
from workflows.graph.problems import Severity
from workflows.graph.settings import (
    Backoff,
    Concurrency,
    GraphSettings,
    Join,
    OnError,
    OnWorkerLost,
    RetryPolicy,
    WhenEmpty,
    WhenFull,
)
from workflows.items.wording import gettext_noop

Store = Literal["raw", "processed", "none"]

MAX_ATTEMPTS = 100
MAX_SECONDS = 366 * 24 * 3600
MAX_DAYS = 36_600
MAX_RUNS = 10_000
MAX_NAME = 200


@dataclass(frozen=True)
class NodeSettings:
    """What the definition says about running a node; None means as the node type has it."""

    attempts: int | None = None
    backoff: Backoff | None = None
    delay_seconds: float | None = None
    cap_seconds: float | None = None
    timeout_seconds: float | None = None
    on_error: OnError = "fail"
    join: Join = "all_resolved"
    store: Store | None = None
    bigquery: bool | None = None
    isolate: bool | None = None
    on_worker_lost: OnWorkerLost | None = None
    run_once: bool = False
    when_empty: WhenEmpty = "pass"
    lenient: bool = False
    disabled: bool = False

    def retry(self, default: RetryPolicy) -> RetryPolicy:
        """The node type's policy with what is said here in its place."""
        said: dict[str, Any] = {
            "attempts": self.attempts,
            "backoff": self.backoff,
            "delay_seconds": self.delay_seconds,
            "cap_seconds": self.cap_seconds,
        }
        return replace(default, **{name: value for name, value in said.items() if value is not None})


@dataclass(frozen=True)
class SettingFault:
    """A setting that cannot be used (error) or is not known (warning). `message` is a gettext msgid."""

    message: str
    params: Mapping[str, Any]
    severity: Severity = "error"


class _Unusable(ValueError):
    """The value is not of the wanted kind; the argument says in words what is wanted."""


@dataclass(frozen=True)
class _Setting:
    attribute: str
    read: Callable[[Any], Any]


def _choice(*options: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, str) and value in options:
            return value
        raise _Unusable(" | ".join(options))

    return read


def _seconds(*, least: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and least <= value <= MAX_SECONDS:
            return float(value)
        raise _Unusable(f"{least:g} … {MAX_SECONDS}")

    return read


def _days(value: Any) -> float:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 <= value <= MAX_DAYS:
        return float(value)
    raise _Unusable(f"0 … {MAX_DAYS}")


def _count(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        raise _Unusable(f"1 … {most}")

    return read


def _name(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= MAX_NAME:
        return value.strip()
    raise _Unusable(f"1 … {MAX_NAME}")


def _template(value: Any) -> str:
    text = _name(value)
    if expressions.problems(text) or expressions.scripts(text) or expressions.needs(text).nodes:
        raise _Unusable("{{ $json.name }}")
    return text


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _Unusable("true | false")


def _store(value: Any) -> Any:
    """True is what the node type does by itself, false is nothing."""
    if isinstance(value, bool):
        return None if value else "none"
    if value in get_args(Store):
        return value
    raise _Unusable("raw | processed | none | true | false")


_RETRY = {
    "attempts": _Setting("attempts", _count(MAX_ATTEMPTS)),
    "backoff": _Setting("backoff", _choice(*get_args(Backoff))),
    "delaySeconds": _Setting("delay_seconds", _seconds(least=0)),
    "capSeconds": _Setting("cap_seconds", _seconds(least=0)),
}
_NODE = {
    "timeoutSeconds": _Setting("timeout_seconds", _seconds(least=0.001)),
    "onError": _Setting("on_error", _choice(*get_args(OnError))),
    "join": _Setting("join", _choice(*get_args(Join))),
    "store": _Setting("store", _store),
    "bigquery": _Setting("bigquery", _flag),
    "isolate": _Setting("isolate", _flag),
    "onWorkerLost": _Setting("on_worker_lost", _choice(*get_args(OnWorkerLost))),
    "runOnce": _Setting("run_once", _flag),
    "whenEmpty": _Setting("when_empty", _choice(*get_args(WhenEmpty))),
    "lenient": _Setting("lenient", _flag),
    "disabled": _Setting("disabled", _flag),
}
_GRAPH = {
    "deadlineSeconds": _Setting("deadline_seconds", _seconds(least=0.001)),
    "retentionDays": _Setting("retention_days", _days),
    "errorWorkflow": _Setting("error_workflow", _name),
    "bigquery": _Setting("bigquery", _flag),
}
_CONCURRENCY = {
    "limit": _Setting("limit", _count(MAX_RUNS)),
    "key": _Setting("key", _template),
    "whenFull": _Setting("when_full", _choice(*get_args(WhenFull))),
}


@dataclass
class _Reading:
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[SettingFault] = field(default_factory=list)

    def take(self, raw: Any, known: Mapping[str, _Setting], place: str) -> None:
        """Read every known setting of `raw`; null is as if it were not there."""
        if not isinstance(raw, Mapping):
            self.faults.append(
                SettingFault(gettext_noop("«%(field)s»: здесь ожидается объект с настройками"), {"field": place})
            )
            return
        for name, value in raw.items():
            where = f"{place}.{name}"
            setting = known.get(name)
            if setting is None:
                self._unknown(where, known)
            elif value is not None:
                self._read(setting, value, where)

    def _unknown(self, where: str, known: Mapping[str, _Setting]) -> None:
        self.faults.append(
            SettingFault(
                gettext_noop("«%(field)s»: такой настройки нет, есть %(known)s"),
                {"field": where, "known": ", ".join(known)},
                "warning",
            )
        )

    def _read(self, setting: _Setting, value: Any, where: str) -> None:
        try:
            self.values[setting.attribute] = setting.read(value)
        except _Unusable as wanted:
            self.faults.append(
                SettingFault(
                    gettext_noop("«%(field)s»: такое значение не подходит, возможно %(wanted)s"),
                    {"field": where, "wanted": str(wanted)},
                )
            )


def read_node_settings(raw: Any) -> tuple[NodeSettings, list[SettingFault]]:
    """`data.settings` of a node, as far as it can be used, and what cannot."""
    reading = _Reading()
    if raw is None:
        return NodeSettings(), []
    if isinstance(raw, Mapping) and raw.get("retry") is not None:
        reading.take(raw["retry"], _RETRY, "settings.retry")
    rest = {name: value for name, value in raw.items() if name != "retry"} if isinstance(raw, Mapping) else raw
    reading.take(rest, _NODE, "settings")
    return NodeSettings(**reading.values), reading.faults


def read_graph_settings(raw: Any) -> tuple[GraphSettings, list[SettingFault]]:
    """`settings` of a definition."""
    reading = _Reading()
    if raw is None:
        return GraphSettings(), []
    concurrency = None
    if isinstance(raw, Mapping) and raw.get("concurrency") is not None:
        concurrency = _concurrency(raw["concurrency"], reading.faults)
    rest = {name: value for name, value in raw.items() if name != "concurrency"} if isinstance(raw, Mapping) else raw
    reading.take(rest, _GRAPH, "settings")
    return GraphSettings(**reading.values, concurrency=concurrency), reading.faults


def _concurrency(raw: Any, faults: list[SettingFault]) -> Concurrency | None:
    reading = _Reading(faults=faults)
    reading.take(raw, _CONCURRENCY, "settings.concurrency")
    if "limit" in reading.values:
        return Concurrency(**reading.values)
    if isinstance(raw, Mapping) and raw.get("limit") is None:
        where = {"field": "settings.concurrency.limit", "wanted": f"1 … {MAX_RUNS}"}
        faults.append(SettingFault(gettext_noop("«%(field)s»: такое значение не подходит, возможно %(wanted)s"), where))
    return None
