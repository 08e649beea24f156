"""Whose turn it is: one thread at a time, and nobody's wish is lost."""

from __future__ import annotations

import threading

import pytest

from integrations.tasks import Turn


def test_a_wish_during_the_work_is_done_by_the_thread_that_is_at_it() -> None:
    turn = Turn()
    done: list[int] = []
    answers: list[bool] = []

    def act() -> None:
        done.append(threading.get_ident())
        if len(done) == 1:
            other = threading.Thread(target=lambda: answers.append(turn.work(act)))
            other.start()
            other.join(30)

    assert turn.work(act)
    assert answers == [False]
    assert done == [threading.get_ident()] * 2


def test_work_that_breaks_down_leaves_the_turn_to_the_next() -> None:
    turn = Turn()
    done: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        turn.work(_break)
    assert turn.work(lambda: done.append(1))
    assert done == [1]


def test_many_threads_never_work_at_once_and_the_last_wish_is_seen() -> None:
    turn = Turn()
    inside = threading.Semaphore(1)
    wishes: list[int] = []
    seen: list[int] = []

    def act() -> None:
        assert inside.acquire(blocking=False)
        seen.append(len(wishes))
        inside.release()

    def wish() -> None:
        for number in range(300):
            wishes.append(number)
            turn.work(act)

    threads = [threading.Thread(target=wish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen[-1] == len(wishes) == 1200


def _break() -> None:
    raise ValueError("broken")
