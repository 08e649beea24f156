"""What one request for updates brings, and the threads that take care of it. Nothing here opens a connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tickets.telegram.batch import Batch
from tickets.telegram.crew import HANDS, Crew
from tickets.telegram.reply import Reply


def update(number: int, person: int | None) -> dict[str, Any]:
    return {"update_id": number, "message": {"from": {"id": person}, "text": "x"} if person is not None else "?"}


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [one["update_id"] for one in updates]


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew()
    yield crew
    crew.rest()


def nothing(_reply: Reply) -> None:
    raise AssertionError("nobody has pressed")


def test_what_one_person_does_keeps_its_order_while_people_go_side_by_side(crew: Crew) -> None:
    """S4-20: nobody waits for what somebody else's update takes."""
    both = threading.Barrier(2, timeout=20)
    seen: list[int] = []

    def handle(one: dict[str, Any]) -> None:
        if one["update_id"] in (1, 2):
            both.wait()  # two people at the same time
        seen.append(one["update_id"])

    batch = Batch([update(1, 5), update(2, 6), update(3, 5), update(4, 5)], stop=threading.Event())
    batch.run(handle, nothing, crew)
    assert [number for number in seen if number != 2] == [1, 3, 4]
    assert batch.handled == 4


def test_every_reply_is_given_to_who_waits_for_it(crew: Crew) -> None:
    told: list[str] = []
    batch = Batch([update(number, number) for number in range(1, 30)], stop=threading.Event())
    batch.run(lambda one: Reply(str(one["update_id"])), lambda reply: told.append(reply.press_id), crew)
    assert sorted(told, key=int) == [str(number) for number in range(1, 30)]


def test_what_lies_before_the_first_undone_update_is_handled(crew: Crew) -> None:
    """S4-20: Telegram forgets all before the number that it is told, so what failed must not lie before it."""

    def handle(one: dict[str, Any]) -> None:
        if one["update_id"] == 3:
            raise ConnectionError

    batch = Batch([update(number, number) for number in (1, 2, 3, 4)], stop=threading.Event())
    with pytest.raises(ConnectionError):
        batch.run(handle, nothing, crew)
    assert batch.handled == 2


def test_a_stopped_batch_begins_nothing_more(crew: Crew) -> None:
    stop = threading.Event()
    seen: list[dict[str, Any]] = []

    def handle(one: dict[str, Any]) -> None:
        seen.append(one)
        stop.set()

    batch = Batch([update(1, 5), update(2, 5)], stop=stop)
    batch.run(handle, nothing, crew)
    assert ids(seen) == [1]
    assert batch.handled == 1


def test_of_an_update_of_nobody_is_taken_care_as_well(crew: Crew) -> None:
    seen: list[dict[str, Any]] = []
    batch = Batch([update(1, None), {"update_id": 2}], stop=threading.Event())
    batch.run(seen.append, nothing, crew)
    assert ids(seen) == [1, 2]


def test_an_empty_batch_confirms_nothing(crew: Crew) -> None:
    batch = Batch([], stop=threading.Event())
    batch.run(lambda _one: None, nothing, crew)
    assert batch.handled is None


def test_the_same_hands_take_care_of_the_next_batch_until_they_are_sent_away(crew: Crew) -> None:
    """In a crowd a new connection to the database for every hand and every hundred updates would cost most."""
    seen: list[set[int]] = []
    for _batch in range(3):
        together = threading.Barrier(HANDS, timeout=20)
        hands: set[int] = set()

        def handle(_one: dict[str, Any], together: threading.Barrier = together, hands: set[int] = hands) -> None:
            together.wait()
            hands.add(threading.get_ident())

        Batch([update(number, number) for number in range(HANDS)], stop=threading.Event()).run(handle, nothing, crew)
        seen.append(hands)
    assert seen[0] == seen[1] == seen[2]
    crew.rest()
    assert not any(thread.ident in seen[0] for thread in threading.enumerate())


def test_a_batch_is_through_when_everybody_was_told(crew: Crew) -> None:
    """Only then is it confirmed: who was not told because this process ended is told by the next one."""
    slow, told = threading.Event(), []

    def answer(reply: Reply) -> None:
        slow.wait(20)
        told.append(reply.press_id)

    batch = Batch([update(1, 1), update(2, 2)], stop=threading.Event())
    running = threading.Thread(target=batch.run, args=[lambda one: Reply(str(one["update_id"])), answer, crew])
    running.start()
    running.join(0.05)
    assert running.is_alive()
    slow.set()
    running.join(20)
    assert sorted(told) == ["1", "2"]
