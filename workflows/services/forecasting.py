"""How long the limits of Wildberries will make a run take, said before it starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.conf import settings
from pydantic import ValidationError

from integrations.wildberries.batches import moscow_day
from integrations.wildberries.forecast import Paced, Size, Slots
from integrations.wildberries.limits import Method, TokenKind, service_of
from integrations.wildberries.pacing import Pace
from integrations.wildberries.seller_size import size_of_last_run
from integrations.wildberries.seller_tokens import token_of
from integrations.wildberries.tokens import TokenInfo
from workflows import catalogue
from workflows.errors import NotPublished
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.models import Workflow
from workflows.services.starting import compiled

USUAL: Final = Size(campaigns=50, pairs=100)
"""Taken where nobody says how much there is, and no run has found out."""

Source = Literal["given", "last_run", "assumed"]


@dataclass(frozen=True)
class NodeForecast:
    """When a node begins and ends, in seconds from the start of the run, and what it asks for with which token.

    `exact` is false where its config holds templates: then its defaults are counted.
    """

    node_id: str
    label: str
    type: str
    begins: float
    ends: float
    requests: Mapping[Method, int]
    token_kind: TokenKind
    exact: bool


@dataclass(frozen=True)
class Forecast:
    """`seconds` is the end of the last node, as far as Wildberries decides it. Loops are counted with one pass.

    `token_kind` is that of the installation's token; a node that names a seller has that one's.
    """

    seconds: float
    token_kind: TokenKind
    size: Size
    size_source: Source
    nodes: tuple[NodeForecast, ...]


def forecast(workflow: Workflow, *, campaigns: int | None = None, pairs: int | None = None) -> Forecast:
    """For the version that a run would use, with the buckets as they stand. Raises `NotPublished`.

    `campaigns` and `pairs` win over what the last run has stored, and that over what is usual.
    """
    if workflow.active_version_id is None:
        raise NotPublished
    size, source = _size(workflow, campaigns, pairs)
    buckets = _Buckets(workflow.project_id)
    today = moscow_day(datetime.now(UTC))
    nodes = tuple(_timed(compiled(workflow.active_version_id), size, buckets, today))
    return Forecast(max((node.ends for node in nodes), default=0.0), buckets.token(None).kind, size, source, nodes)


def _size(workflow: Workflow, campaigns: int | None, pairs: int | None) -> tuple[Size, Source]:
    known = size_of_last_run(workflow.id)
    source: Source = "assumed" if known is None else "last_run"
    size = known or USUAL
    if campaigns is not None:
        per_campaign = size.pairs / size.campaigns if size.campaigns else 1
        size, source = Size(campaigns, round(campaigns * per_campaign)), "given"
    return (size, source) if pairs is None else (Size(size.campaigns, pairs), "given")


class _Buckets:
    """Each method has one bucket for all nodes of a seller: what one takes, the next has to wait for."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._tokens: dict[UUID | None, TokenInfo] = {}
        self._slots: dict[tuple[str, TokenKind, Method], Slots] = {}

    def token(self, seller: UUID | None) -> TokenInfo:
        """That of a credential, or the installation's."""
        if seller not in self._tokens:
            self._tokens[seller] = token_of(seller, self._project_id)
        return self._tokens[seller]

    def slots(self, token: TokenInfo, method: Method) -> Slots:
        key = (token.seller, token.kind, method)
        if key not in self._slots:
            is_report = service_of(method) == "statistics"
            url = settings.WB_ANALYTICS_BASE_URL if is_report else settings.WB_API_BASE_URL
            self._slots[key] = Pace(base_url=url, token=token).slots(method)
        return self._slots[key]


def _timed(graph: CompiledGraph, size: Size, buckets: _Buckets, today: date) -> Iterator[NodeForecast]:
    """The nodes that ask Wildberries, each after those that lead to it."""
    ended: dict[str, float] = defaultdict(float)
    for node in _in_order(graph):
        begins = max((ended[edge.source] for edge in node.ins), default=0.0)
        ended[node.id] = begins
        node_type = catalogue.get(node.type)
        if not isinstance(node_type, Paced):
            continue
        config, exact = _config(node_type.Config, node.config)
        requests = node_type.requests(config, size, today)
        token = buckets.token(_seller(node.config))
        for method, count in requests.items():
            ended[node.id] = buckets.slots(token, method).spend(count, start=ended[node.id])
        yield NodeForecast(node.id, node.label, node.type, begins, ended[node.id], requests, token.kind, exact)


def _seller(written: Mapping[str, Any]) -> UUID | None:
    """The credential that the config names; it takes no templates, so it is known though the rest may not be."""
    named = written.get("seller")
    return UUID(str(named)) if named else None


def _in_order(graph: CompiledGraph) -> Iterator[CompiledNode]:
    """Every node after those before it; edges that lead back do not count."""
    left = {name: sum(1 for edge in node.ins if edge.role != "back") for name, node in graph.nodes.items()}
    ready = [name for name, count in left.items() if not count]
    while ready:
        node = graph.nodes[ready.pop(0)]
        yield node
        for edge in node.outs:
            if edge.role != "back":
                left[edge.target] -= 1
                if not left[edge.target]:
                    ready.append(edge.target)


def _config(config: Any, written: Mapping[str, Any]) -> tuple[Any, bool]:
    try:
        return config.model_validate(dict(written)), True
    except ValidationError:
        return config(), False
