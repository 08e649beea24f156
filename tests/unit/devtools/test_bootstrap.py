"""Which packages `.venv` is made to hold."""

from __future__ import annotations

import pytest

from devtools.bootstrap import BEING_INSTALLED, DEVELOPMENT_COMMANDS, DEVELOPMENT_LOCK, PRODUCTION_LOCK, lock_to_install
from devtools.commands import COMMANDS


@pytest.mark.parametrize("digest", ["of an older lock", BEING_INSTALLED])
def test_a_command_of_production_does_not_take_a_developers_tools_away(digest: str) -> None:
    held = {PRODUCTION_LOCK.name: digest, DEVELOPMENT_LOCK.name: digest}
    assert lock_to_install(PRODUCTION_LOCK, held) == DEVELOPMENT_LOCK


def test_what_is_asked_for_is_installed_where_no_larger_set_was() -> None:
    for held in ({}, {PRODUCTION_LOCK.name: "of an older lock"}):
        assert lock_to_install(PRODUCTION_LOCK, held) == PRODUCTION_LOCK
        assert lock_to_install(DEVELOPMENT_LOCK, held) == DEVELOPMENT_LOCK


def test_every_command_that_gets_the_larger_set_exists() -> None:
    assert set(COMMANDS) >= DEVELOPMENT_COMMANDS
