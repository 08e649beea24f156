"""Shared by all tests: real PostgreSQL and Valkey, whose addresses `make test` puts into the environment."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as chance

from tests import leftovers
from tests.acceptance.naryad import Naryad

pytest_plugins = ["tests.reasons"]

WATCH = pytest.StashKey[leftovers.Watch]()

# An example is judged by what comes out: by default one that took a fifth of a second, on a busy machine, is a failure.
chance.register_profile("naryad", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
chance.load_profile("naryad")


def pytest_configure(config: pytest.Config) -> None:
    """Before any test: nothing that one starts outlives them all."""
    leftovers.end_in_order()
    config.stash[WATCH] = leftovers.Watch()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[WATCH].end()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Between tests all tables are emptied with TRUNCATE, which the trail of an installation refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auditlog_logentry DISABLE TRIGGER keep_whole_trail")


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """A password's hash is slow on purpose, and no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _patience_with_valkey(settings: Any) -> None:
    """On a busy machine it may answer late, and a test of limits would find that nothing is limited."""
    settings.VALKEY_SECONDS = 10.0


@pytest.fixture(autouse=True)
def _no_search_for_static_files(settings: Any) -> None:
    """Every test client starts the middleware anew, and WhiteNoise would list all static files each time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def naryad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Naryad]:
    """An installation that everybody may use and nobody may hurt. SIGTERM at the end leaves nothing of it."""
    running = Naryad.start(tmp_path_factory.mktemp("naryad") / "var", METRICS_TOKEN=secrets.token_hex(16))
    yield running
    assert running.stop() == 0, running.output()
    assert running.processes() == []
