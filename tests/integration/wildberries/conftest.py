"""Servers that speak for Wildberries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.wildberries.sandbox.server import Sandbox
from tests.fakes.prism import PROMOTION, STATISTICS, Prism


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def checked_promotion(prism_program: Path, sandbox: Sandbox) -> Iterator[str]:
    """URL of a Prism before the sandbox that lets nothing pass that is against the promotion specification."""
    with Prism(PROMOTION, upstream=sandbox.url) as prism:
        yield prism.url


@pytest.fixture(scope="module")
def checked_statistics(prism_program: Path, sandbox: Sandbox) -> Iterator[str]:
    """The same for the statistics specification."""
    with Prism(STATISTICS, upstream=sandbox.url) as prism:
        yield prism.url
