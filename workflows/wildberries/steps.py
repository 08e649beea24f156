"""A step that gathers: goes on where an earlier run of it stopped, notes what failed, and says how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from integrations.errors import OutboundError
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.errors import sentence_of
from integrations.wildberries.gathering import HAND_BACK_SECONDS, Batch, Gathering, Taken, gather
from integrations.wildberries.sellers import Sellers
from workflows.node_type import Done, Item, Later, NodeContext, Permanent


def client_of(context: NodeContext) -> WildberriesClient:
    """For the seller that the config names. Raises `CredentialError` or `TokenMissing`."""
    return context.connect(Sellers).client(context.config.seller)


def gathering(context: NodeContext, plan: Callable[[], Gathering]) -> Gathering:
    """What an earlier run of this step has, or the plan, whose days do not change any more however long it takes."""
    work = plan() if context.progress is None else Gathering.from_json(context.progress)
    work.begin_with(context.tries)
    return work


def go_on(
    context: NodeContext, work: Gathering, ask: Callable[[Batch], Taken], *, reserve: float = HAND_BACK_SECONDS
) -> Later | None:
    """Make the requests of this round; gives when and with what to go on, or None when there is no more to ask.

    `reserve` is how many seconds one request may take.
    """

    def note(batch: Batch, error: OutboundError) -> None:
        context.log.warning(
            gettext_noop("Запрос к Wildberries не удался (%(what)s): %(error)s"),
            what=described(batch),
            error=sentence_of(error),
        )

    rest = gather(work, ask, deadline=context.deadline, on_failure=note, reserve=reserve)
    return None if rest is None else Later(rest.seconds, rest.reason, work.to_json(), host=rest.host)


def done(work: Gathering, port: str, items: Sequence[Item], *, code: str, nothing: str | Promise) -> Done:
    """The items by `port`, failures by `errors`. Raises `Permanent` when not one request was answered.

    `nothing` is the sentence for that, with a place for the %(reason)s.
    """
    refuse_nothing(work, code=code, nothing=nothing)
    ports: dict[str, Sequence[Item]] = {port: items}
    if work.errors:
        ports["errors"] = work.errors
    return Done(ports)


def refuse_nothing(work: Gathering, *, code: str, nothing: str | Promise) -> None:
    """Raises `Permanent` when there were requests and not one was answered."""
    if work.reason is not None and not work.answered:
        raise Permanent(code, nothing, reason=work.reason, errors=work.errors)


def described(batch: Batch) -> str:
    """A batch in a few signs: how many ids, which days."""
    count = len(batch.get("ids") or batch.get("pairs") or ())
    days = [str(batch[name]) for name in ("begin", "end", "since") if name in batch]
    return ", ".join([*([f"{count} id"] if count else []), *days])
