"""Servers that nobody here wrote, started once for all tests that talk to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import local_bigquery, npm_package
from tests.fakes.local_bigquery import LocalBigQuery
from tests.fakes.prism import PROMOTION, Prism, program


@pytest.fixture(scope="session")
def prism_program() -> Path:
    try:
        return program()
    except npm_package.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def promotion_mock(prism_program: Path) -> Iterator[str]:
    """URL of a Prism that answers like the promotion API's examples."""
    with Prism(PROMOTION) as prism:
        yield prism.url


@pytest.fixture(scope="session")
def emulator() -> Iterator[LocalBigQuery]:
    try:
        with LocalBigQuery() as running:
            yield running
    except local_bigquery.Missing as why:
        pytest.skip(str(why))
