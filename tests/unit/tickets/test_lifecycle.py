"""The table of the design, written down once more and compared cell by cell."""

from __future__ import annotations

import itertools

import pytest

from tickets.lifecycle import RULES, Part, Status, Verb, Verdict, allowed_verbs, decide, rule_for, target_of

A, E, H, M, C = Part.AUTHOR, Part.EXECUTOR, Part.HOLDER, Part.MANAGER, Part.CLOCK
# verb -> status -> (who, where to, where to without an executor)
TABLE: dict[Verb, dict[int, tuple[set[Part], int, int]]] = {
    Verb.TAKE: {1: ({E}, 2, 2)},
    Verb.DEFER: {2: ({H, M}, 3, 3)},
    Verb.TERM: {3: ({H, M}, 3, 3)},
    Verb.RESUME: {3: ({H, M, C}, 2, 2)},
    Verb.SUBMIT: {2: ({H}, 4, 4)},
    Verb.WITHDRAW: {4: ({H}, 2, 2)},
    Verb.CONFIRM: {4: ({A, C}, 5, 5)},
    Verb.RETURN: {4: ({A}, 2, 1)},
    Verb.RELEASE: {2: ({H, M}, 1, 1), 3: ({H, M}, 1, 1)},
    Verb.REASSIGN: {1: ({M, C}, 2, 2), 2: ({M, C}, 2, 2), 3: ({M, C}, 2, 2)},
    Verb.CANCEL: {1: ({A, M}, 6, 6), 2: ({M}, 6, 6), 3: ({M}, 6, 6), 4: ({M}, 6, 6)},
    Verb.REOPEN: {5: ({A, M}, 2, 1)},
    Verb.RATE: {5: ({A}, 5, 5)},
    Verb.VACATE: {2: ({C}, 1, 1), 3: ({C}, 1, 1)},
    Verb.EDIT: {1: ({A, M}, 1, 1), 2: ({A, M}, 2, 2), 3: ({A, M}, 3, 3)},
    Verb.CREATE: {},
}
EVERY_PARTY = [set(parts) for size in range(len(Part) + 1) for parts in itertools.combinations(Part, size)]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("verb", Verb)
def test_every_cell_of_the_table_is_as_it_was_designed(verb: Verb, status: Status):
    """S4-8: stable numbers of the statuses; S4-26: the same rules whoever asks."""
    cell = TABLE[verb].get(status.value)
    rule = rule_for(verb, status)
    for parts in EVERY_PARTY:
        verdict = decide(verb, status=status, parts=parts, version_fits=True)
        if cell is not None and cell[0] & parts:
            assert verdict is Verdict.ALLOWED
            assert verb in allowed_verbs(status, parts)
        else:
            ever = set[Part]().union(*(who for who, _to, _orphan in TABLE[verb].values()))
            assert verdict is (Verdict.WRONG_STATE if cell is None and ever & parts else Verdict.NO_RIGHTS)
            assert verb not in allowed_verbs(status, parts)
    if cell is not None:
        assert rule is not None
        assert target_of(rule, status=status, orphaned=False) == cell[1]
        assert target_of(rule, status=status, orphaned=True) == cell[2]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.verb.value)
def test_a_button_of_another_version_does_nothing_unless_it_is_the_offer_to_take(rule):
    """S4-20: an old «Подтвердить выполнение» of round 1 never confirms round 2."""
    for status, part in itertools.product(rule.sources, rule.parts):
        verdict = decide(rule.verb, status=status, parts={part}, version_fits=False)
        assert verdict is (Verdict.ALLOWED if rule.verb is Verb.TAKE else Verdict.STALE)


def test_a_stranger_learns_nothing_of_a_tickets_status():
    verdicts = {decide(verb, status=status, parts=(), version_fits=False) for verb in Verb for status in Status}
    assert verdicts == {Verdict.NO_RIGHTS}


def test_the_statuses_have_the_numbers_that_people_write_into_sql():
    """S4-8: 1 = Создана, 5 = Завершена."""
    assert [status.value for status in Status] == [1, 2, 3, 4, 5, 6]
    assert (Status.CREATED, Status.COMPLETED) == (1, 5)
