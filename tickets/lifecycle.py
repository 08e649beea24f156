"""PURE: the one table of what may happen to a ticket: verb, from which status to which, who may do it.

Telegram, API, pages, admin, workflows and the clock all ask this table; a guard that needs data (the limit of an
executor, the number of deferrals) is asked by the service that has the rows locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Status(IntEnum):
    """Where a ticket stands; the numbers are kept in `ticket_statuses` and never change."""

    CREATED = 1
    IN_WORK = 2
    DEFERRED = 3
    ON_CONFIRMATION = 4
    COMPLETED = 5
    CANCELLED = 6


OPEN: Final = frozenset({Status.CREATED, Status.IN_WORK, Status.DEFERRED, Status.ON_CONFIRMATION})
HELD: Final = frozenset({Status.IN_WORK, Status.DEFERRED})
"""The executor has it in hand; whoever stops to serve the category gives these back."""


class Part(StrEnum):
    """What somebody is to a ticket. One person may be several at once; `clock` is time itself."""

    AUTHOR = "author"
    EXECUTOR = "executor"
    HOLDER = "holder"
    MANAGER = "manager"
    CLOCK = "clock"


class Verb(StrEnum):
    """What may be done to a ticket. `create` makes it and is therefore in no rule."""

    CREATE = "create"
    TAKE = "take"
    DEFER = "defer"
    TERM = "term"
    RESUME = "resume"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    RETURN = "return"
    RELEASE = "release"
    REASSIGN = "reassign"
    CANCEL = "cancel"
    REOPEN = "reopen"
    RATE = "rate"
    VACATE = "vacate"
    EDIT = "edit"


class Happening(StrEnum):
    """What else a ticket's history tells of: it changes neither status nor version."""

    COMMENT = "comment"
    ATTACH = "attach"
    REMIND = "remind"
    OFFER = "offer"
    ESCALATE = "escalate"
    PROMISE = "promise"
    RUN_FAILED = "run_failed"


class Verdict(StrEnum):
    """Whether a verb may be done now, and if not, the first reason why."""

    ALLOWED = "allowed"
    NO_RIGHTS = "no_rights"
    WRONG_STATE = "wrong_state"
    STALE = "stale"


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    `target` None keeps the status. `orphaned` is the target when nobody is left to do the work: the last executor does
    not serve the category any more. A verb that is not `versioned` may be done from a card of any age.
    """

    verb: Verb
    sources: frozenset[Status]
    target: Status | None
    parts: frozenset[Part]
    orphaned: Status | None = None
    versioned: bool = True


def _rule(
    verb: Verb,
    sources: Iterable[Status],
    target: Status | None,
    *parts: Part,
    orphaned: Status | None = None,
    versioned: bool = True,
) -> Rule:
    return Rule(verb, frozenset(sources), target, frozenset(parts), orphaned, versioned)


RULES: Final[tuple[Rule, ...]] = (
    _rule(Verb.TAKE, [Status.CREATED], Status.IN_WORK, Part.EXECUTOR, versioned=False),
    _rule(Verb.DEFER, [Status.IN_WORK], Status.DEFERRED, Part.HOLDER, Part.MANAGER),
    _rule(Verb.TERM, [Status.DEFERRED], None, Part.HOLDER, Part.MANAGER),
    _rule(Verb.RESUME, [Status.DEFERRED], Status.IN_WORK, Part.HOLDER, Part.MANAGER, Part.CLOCK),
    _rule(Verb.SUBMIT, [Status.IN_WORK], Status.ON_CONFIRMATION, Part.HOLDER),
    _rule(Verb.WITHDRAW, [Status.ON_CONFIRMATION], Status.IN_WORK, Part.HOLDER),
    _rule(Verb.CONFIRM, [Status.ON_CONFIRMATION], Status.COMPLETED, Part.AUTHOR, Part.CLOCK),
    _rule(Verb.RETURN, [Status.ON_CONFIRMATION], Status.IN_WORK, Part.AUTHOR, orphaned=Status.CREATED),
    _rule(Verb.RELEASE, HELD, Status.CREATED, Part.HOLDER, Part.MANAGER),
    _rule(Verb.REASSIGN, {Status.CREATED, *HELD}, Status.IN_WORK, Part.MANAGER, Part.CLOCK),
    _rule(Verb.CANCEL, [Status.CREATED], Status.CANCELLED, Part.AUTHOR, Part.MANAGER),
    _rule(Verb.CANCEL, {*HELD, Status.ON_CONFIRMATION}, Status.CANCELLED, Part.MANAGER),
    _rule(Verb.REOPEN, [Status.COMPLETED], Status.IN_WORK, Part.AUTHOR, Part.MANAGER, orphaned=Status.CREATED),
    _rule(Verb.RATE, [Status.COMPLETED], None, Part.AUTHOR),
    _rule(Verb.VACATE, HELD, Status.CREATED, Part.CLOCK),
    _rule(Verb.EDIT, {Status.CREATED, *HELD}, None, Part.AUTHOR, Part.MANAGER),
)


def rule_for(verb: Verb, status: Status) -> Rule | None:
    """The line of the table for this verb in this status; None where the verb does not fit."""
    return next((rule for rule in RULES if rule.verb is verb and status in rule.sources), None)


def decide(verb: Verb, *, status: Status, parts: Collection[Part], version_fits: bool) -> Verdict:
    """Whether somebody who is `parts` to a ticket in `status` may do `verb`.

    Rights come first, so that a stranger learns nothing; then the status, then the version of the card.
    """
    rule = rule_for(verb, status)
    if rule is None:
        ever = any(line.parts & set(parts) for line in RULES if line.verb is verb)
        return Verdict.WRONG_STATE if ever else Verdict.NO_RIGHTS
    if not rule.parts & set(parts):
        return Verdict.NO_RIGHTS
    if rule.versioned and not version_fits:
        return Verdict.STALE
    return Verdict.ALLOWED


def target_of(rule: Rule, *, status: Status, orphaned: bool) -> Status:
    """Where a ticket goes by `rule`; `orphaned`: its last executor does not serve the category any more."""
    if orphaned and rule.orphaned is not None:
        return rule.orphaned
    return status if rule.target is None else rule.target


def allowed_verbs(status: Status, parts: Collection[Part]) -> list[Verb]:
    """What somebody may be offered, in the order of the table."""
    return [rule.verb for rule in RULES if status in rule.sources and rule.parts & set(parts)]
