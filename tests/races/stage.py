"""A stage on which threads act in an order that the test chooses."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, models, transaction

from accounts import clock

DEADLINE_SECONDS = 60.0
"""A test in which something does not happen fails after this; nothing ever takes so long."""
PATIENCE_SECONDS = 3
"""So long the test itself waits for a lock. It never needs to: what must wait is done by an actor."""
LOOK_SECONDS = 0.002
"""How often PostgreSQL is asked whether somebody waits for a lock, of which it does not tell by itself."""
SPOKEN = "spoken"

Deed = Callable[[], None]


class Killed(BaseException):
    """The process is gone: nothing of it handles this, and its transaction rolls back."""


def die() -> None:
    """What SIGKILL does to a worker, as far as others can tell."""
    raise Killed


class Actor:
    """A thread with a connection of its own that does one thing, and stops at the places where it is told to."""

    def __init__(self, stage: Stage, action: Callable[[], Any], stops: set[str], deeds: Mapping[str, Deed]) -> None:
        self._stage = stage
        self._action = action
        self._stops = stops
        self._deeds = dict(deeds)
        self._moved = threading.Condition()
        self._place: str | None = None
        self._ended = False
        self._doomed = False
        self._result: Any = None
        self._error: BaseException | None = None
        self.database: Any = None
        self.visits: Counter[str] = Counter()
        """How often it has come to each place."""
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def visit(self, place: str) -> None:
        """Called in this actor's thread: do what the test wants at this place (once), and stop if it wants that."""
        self.visits[place] += 1
        deed = self._deeds.pop(place, None)
        if deed is not None:
            deed()
        if place in self._stops:
            with self._moved:
                self._place = place
                self._moved.notify_all()
                if not self._moved.wait_for(lambda: self._place is None, DEADLINE_SECONDS) or self._doomed:
                    raise Killed

    def at(self, place: str) -> Actor:
        """Wait until it stands there."""
        with self._moved:
            self._moved.wait_for(lambda: self._ended or self._place == place, DEADLINE_SECONDS)
            if self._place != place:
                pytest.fail(f"did not come to {place}: result {self._result!r}, error {self._error!r}")
        return self

    def blocked(self) -> Actor:
        """Wait until PostgreSQL says that it waits for a lock that somebody else holds."""
        end = time.monotonic() + DEADLINE_SECONDS
        while not (pid := self.backend()) or not waits(pid):
            if self._ended or time.monotonic() > end:
                pytest.fail(f"did not wait for a lock: result {self._result!r}, error {self._error!r}")
            time.sleep(LOOK_SECONDS)
        return self

    def go(self) -> Actor:
        """Let it go on from where it stands."""
        with self._moved:
            self._place = None
            self._moved.notify_all()
        return self

    def result(self) -> Any:
        """Let it go on without stopping, wait for its end and return what it returned; raises what it raised."""
        self._stops = set()
        self.go()
        with self._moved:
            if not self._moved.wait_for(lambda: self._ended, DEADLINE_SECONDS):
                pytest.fail(f"did not end; stands at {self._place}")
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def kill(self) -> None:
        """Where it stands now its process ends."""
        self._doomed = True
        self.killed()

    def killed(self) -> None:
        """Let it go on, and wait for the end that it was to find."""
        with pytest.raises(Killed):
            self.result()

    def shift(self, seconds: float) -> None:
        """Move its clock while it stands somewhere."""
        if self.database is not None and self.database.connection is not None and self._place is not None:
            self.database.connection.execute("SELECT set_config('naryad.clock_shift', %s, false)", [str(seconds)])

    def end(self) -> None:
        """The play is over, however it went."""
        self._stops = set()
        self.go()
        self._thread.join(DEADLINE_SECONDS)

    def backend(self) -> int | None:
        """The number of its process in PostgreSQL."""
        raw = self.database.connection if self.database is not None else None
        return raw.info.backend_pid if raw is not None else None

    def _play(self) -> None:
        self.database = connections["default"]
        self._stage.enter(self)
        try:
            clock.shift(self.database, self._stage.shifted)
            self._result = self._action()
        except BaseException as error:  # the test asks for it
            self._error = error
        finally:
            self.database.close()
            with self._moved:
                self._ended = True
                self._moved.notify_all()


class Stage:
    """All actors of one test, and the clock that they share."""

    def __init__(self) -> None:
        self._actors: dict[int, Actor] = {}
        self.shifted = 0.0
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")

    def enter(self, actor: Actor) -> None:
        self._actors[threading.get_ident()] = actor

    def visit(self, place: str) -> None:
        """The visitor of all failpoints."""
        actor = self._actors.get(threading.get_ident())
        if actor is not None:
            actor.visit(place)

    def speak(self) -> None:
        """A place in the test's own code, at which an actor with `stops=SPOKEN` stands."""
        self.visit(SPOKEN)

    def acts(self, action: Callable[[], Any], *, stops: str = "", **deeds: Deed) -> Actor:
        """Begin `action` in a thread of its own; it stands at the places of `stops` (words), does `deeds` at others.

        The dots of a place are written as `__` in the name of a deed.
        """
        named = {name.replace("__", "."): deed for name, deed in deeds.items()}
        return Actor(self, action, set(stops.split()), named)

    def unfinished(self, action: Callable[[], Any]) -> Actor:
        """An actor that has done `action` in a transaction, and stands before its commit."""

        def act() -> Any:
            with transaction.atomic():
                result = action()
                self.speak()
                return result

        return self.acts(act, stops=SPOKEN).at(SPOKEN)

    def later(self, seconds: float) -> None:
        """Move the clock of everybody who is here or comes later, against the start of the test."""
        self.shifted = seconds
        clock.shift(connection, seconds)
        for actor in list(self._actors.values()):
            actor.shift(seconds)

    def close(self) -> None:
        for actor in list(self._actors.values()):
            actor.end()
        clock.shift(connection, 0)


@contextmanager
def hold(row: models.Model) -> Iterator[None]:
    """Lock the row from another connection, so that whoever wants to write it waits until the block ends."""
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        table = row._meta.db_table
        other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [row.pk])
        yield
    finally:
        other.rollback()
        other.close()


def waits(pid: int) -> bool:
    """Whether the process of PostgreSQL waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def terminate(actor: Actor) -> None:
    """End the actor's process of PostgreSQL, as a restart of the server does."""
    _terminate(actor.backend())


def cut() -> None:
    """Called in an actor's thread: its own process of PostgreSQL ends."""
    _terminate(connection.connection.info.backend_pid)


def _terminate(pid: int | None) -> None:
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        other.execute("SELECT pg_terminate_backend(%s, 60000)", [pid])
    finally:
        other.close()


def marks(run_id: uuid.UUID) -> dict[str, int]:
    """How often each kind of line stands in a run's journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, count(*) FROM executions_executionevent WHERE execution_id = %s GROUP BY type", [run_id]
        )
        return dict(cursor.fetchall())
