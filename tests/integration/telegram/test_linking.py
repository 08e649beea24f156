"""Keys that tie a Telegram account to a person, in the hands of somebody who should not have them."""

from __future__ import annotations

import secrets

import pytest
from django.db import connection

from accounts import clock
from accounts.models import User
from tests.integration.telegram.desk import IVAN, STRANGER, Desk, person
from tickets.services import linking

pytestmark = pytest.mark.django_db

GROUP = -100


def linked_to(who: User) -> int | None:
    return User.objects.get(pk=who.pk).telegram_id


def test_a_key_that_was_used_ties_nobody_again(desk: Desk) -> None:
    """S15: reuse, by the same person and by another one."""
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    desk.say(STRANGER, link.command)
    desk.press(STRANGER, "Привязать")
    for who in (STRANGER, IVAN):
        desk.say(who, link.command)
        assert linked_to(petr) == STRANGER
    assert "petr" not in desk.texts(IVAN)[-1]
    assert linked_to(desk.ivan) == IVAN


def test_two_who_were_asked_by_one_key_are_not_both_tied(desk: Desk) -> None:
    """S15: 2 users 1 token: whoever presses first is tied, the other one learns that the key is gone."""
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    other = 177
    desk.telegram.acts.person(other, "Другой")
    desk.say(STRANGER, link.command)
    desk.say(other, link.command)
    assert "petr" in desk.press(other, "Привязать")
    refused = desk.press(STRANGER, "Привязать")
    assert "petr" not in refused
    assert linked_to(petr) == other


def test_a_key_is_worth_nothing_after_ten_minutes_also_between_question_and_press(desk: Desk) -> None:
    """S15: expiry."""
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    desk.say(STRANGER, link.command)
    desk.moved += 601
    clock.shift(connection, desk.moved)
    desk.press(STRANGER, "Привязать")
    assert linked_to(petr) is None
    desk.say(STRANGER, link.command)
    assert "petr" not in desk.texts(STRANGER)[-1]


def test_a_key_in_a_group_is_heard_by_nobody(desk: Desk) -> None:
    """S15: group chat: everybody there would see whose account it is."""
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    desk.telegram.acts.write(STRANGER, link.command, group=GROUP)
    desk.settle()
    assert desk.telegram.messages_to(GROUP) == []
    assert linked_to(petr) is None
    assert linking.person_of(link.token) == petr


def test_guessed_keys_are_all_answered_alike(desk: Desk) -> None:
    """S15: brute force: 256 bits, of which only a hash is kept; no guess tells how near it was. (How fast one may
    guess is the pace of everybody's messages, `TELEGRAM_PER_MINUTE`.)
    """
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    assert len(link.token) == 43
    near = link.token[:-1] + ("A" if link.token[-1] != "A" else "B")
    guesses = [near, link.token[:-1], link.token.swapcase(), *(secrets.token_urlsafe(32) for _guess in range(7))]
    for guess in guesses:
        desk.say(STRANGER, f"/start {guess}")
    assert len(set(desk.texts(STRANGER)[-len(guesses) :])) == 1
    assert linked_to(petr) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM telegram_link_tokens t WHERE t::text LIKE %s", [f"%{link.token}%"])
        assert cursor.fetchone() == (0,)
