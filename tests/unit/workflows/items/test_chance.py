"""Chance that can be repeated."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows.items.chance import chosen, lot

WORDS = st.text(max_size=20)


@given(WORDS, WORDS)
def test_a_lot_is_below_a_hundred_and_can_be_drawn_again(seed: str, subject: str) -> None:
    drawn = lot(seed, subject)

    assert 0 <= drawn < 100
    assert lot(seed, subject) == drawn


def test_seed_and_subject_do_not_run_together() -> None:
    assert lot("ab", "c") != lot("a", "bc")


def test_lots_are_spread_evenly() -> None:
    drawn = [lot("seed", str(number)) for number in range(4000)]

    for quarter in range(4):
        assert 900 < sum(1 for number in drawn if quarter * 25 <= number < quarter * 25 + 25) < 1100


def test_a_share_reaches_up_to_the_next_one() -> None:
    percentages = [Decimal(30), Decimal(0), Decimal("69.9"), Decimal("0.1")]

    assert [chosen(percentages, Decimal(text)) for text in ("0", "29.99", "30", "99.89", "99.9", "99.999")] == [
        0,
        0,
        2,
        2,
        3,
        3,
    ]
