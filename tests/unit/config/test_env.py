"""Reading the environment: blank and placeholder values, and secrets that an installation makes itself."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.env import PLACEHOLDERS, SMALLEST_SECRET, env, installation_secret


def test_a_blank_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-26: a blank password means none."""
    monkeypatch.setenv("REDIS_PORT", "  ")
    assert env.int("REDIS_PORT", default=6379) == 6379


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_printed_placeholder_counts_as_unset_in_development(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-26: the seed's block pasted as it is starts a development installation."""
    monkeypatch.delenv("NODE_ENV", raising=False)
    monkeypatch.setenv(name, PLACEHOLDERS[name])
    assert env.str(name, default="none") == "none"


def test_production_sees_a_placeholder_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-26: so that it can be refused by name."""
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("WB_API_KEY", PLACEHOLDERS["WB_API_KEY"])
    assert env.str("WB_API_KEY", default="") == PLACEHOLDERS["WB_API_KEY"]


def test_an_installation_keeps_its_secret(tmp_path: Path) -> None:
    secret = installation_secret("TEST", folder=tmp_path)
    assert len(secret) >= SMALLEST_SECRET
    assert installation_secret("TEST", folder=tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "TEST").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["TEST"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: installation_secret("SHARED", folder=tmp_path), range(16)))) == 1
