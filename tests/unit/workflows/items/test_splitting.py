"""Long texts in pieces."""

from __future__ import annotations

import pytest

from workflows.items.splitting import by_separator, by_structure, by_tokens

LONG = "one two three four five six seven eight nine ten"


def test_paragraphs_stay_whole_where_they_fit() -> None:
    assert by_structure("First part.\n\nSecond part.\n\nThird.", 25, 0) == ["First part.\n\nSecond part.", "Third."]


def test_a_long_paragraph_is_cut_at_words_and_then_at_characters() -> None:
    assert by_structure(LONG, 14, 0) == ["one two three", "four five six", "seven eight", "nine ten"]
    assert by_structure("abcdefgh", 3, 0) == ["abc", "def", "gh"]


@pytest.mark.parametrize("overlap", [0, 5, 13])
def test_pieces_overlap_and_none_is_too_long(overlap: int) -> None:
    pieces = by_structure(LONG, 14, overlap)
    assert all(len(piece) <= 14 for piece in pieces)
    assert [word for word in LONG.split() if not any(word in piece for piece in pieces)] == []
    assert (by_structure(LONG, 14, 5)[1] if overlap == 5 else "three four").startswith("three")


def test_parts_between_separators_are_never_cut() -> None:
    assert by_separator("a long line\n\nb", 4, 0) == ["a long line", "b"]


def test_tokens_are_taken_for_four_characters() -> None:
    assert by_tokens("abcd efgh", 1, 0) == ["abcd", "efgh"]
    assert by_tokens("", 1, 0) == []
