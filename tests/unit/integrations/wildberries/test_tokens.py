from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.wildberries import tokens
from tests.fakes.wildberries import readable_token


@pytest.mark.parametrize(("acc", "kind"), [(1, "basic"), (2, "test"), (3, "personal"), (4, "service")])
def test_a_token_says_whose_it_is_of_which_kind_and_until_when(acc, kind):
    info = tokens.read(readable_token(sid="5a1f", acc=acc, exp=1_798_761_600))
    assert (info.seller, info.kind, info.expires_at) == ("5a1f", kind, datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "secret", "a.b", "a.%%%.c", "a.bm8=.c", "a.W10.c", readable_token(acc="3", exp="soon", sid=5)]
)
def test_an_unreadable_token_counts_as_personal(text):
    info = tokens.read(text)
    assert (info.kind, info.expires_at) == ("personal", None)


def test_unreadable_tokens_are_sellers_of_their_own_and_not_given_away():
    one, other = tokens.read("first-secret"), tokens.read("second-secret")
    assert one.seller != other.seller
    assert "secret" not in repr(one)


@pytest.mark.parametrize("text", ["abc", " abc\n", "Bearer abc", "bearer  abc "])
def test_a_pasted_prefix_is_taken_off(text):
    assert tokens.bare(text) == "abc"
