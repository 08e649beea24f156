"""Calls an address on the internet, once per input item, and passes on what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from integrations.http import Door
from workflows import call_files, calls
from workflows.call_files import FileCall
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item


class HttpRequest(NodeType):
    """The engine's headers make a repeated call recognisable: the key is the same over all tries of one item."""

    type = "http-request"
    title = _("HTTP-запрос")
    description = _("Вызывает адрес в интернете для каждого элемента и передаёт дальше статус, заголовки и тело ответа")
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    retry = calls.RETRY
    timeout_seconds = 300.0

    Config = FileCall

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return str(config.get("method") or "GET").upper() not in ("GET", "HEAD")

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        return calls.retry_for(config)

    def run(self, context: NodeContext) -> Outcome:
        """One call after the other. Whoever has to wait gives the worker back and keeps the answers so far."""
        door = context.connect(Door)

        def ask(index: int) -> Item:
            return call_files.ask(context, door, index, _key(context, index))

        def seconds(index: int) -> float:
            call: FileCall = context.config_for(index)
            return call.timeout

        answers = for_each_item(context, ask, seconds=seconds, explains=calls.explained)
        if isinstance(answers, Later):
            return answers
        context.log.info(gettext_noop("Выполнено запросов: %(count)s"), count=len(answers))
        return call_files.shaped(context, answers)


def _key(context: NodeContext, index: int) -> str | None:
    return f"{context.idempotency_key}:{index}" if len(context.items) > 1 else None
