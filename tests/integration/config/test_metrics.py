"""`/metrics`: who may read it, and whether it tells the truth."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import redis
from django.conf import settings as installation
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from yaml import safe_load

from integrations import breaker, circuits, counters, outbox
from integrations.errors import Unreachable
from integrations.scope import CallScope
from tests.architecture.tree import ROOT
from tests.integration.runs import finished_run, person

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a-token-of-the-monitoring-1234567890"


@pytest.fixture(autouse=True)
def _empty_memory(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    valkey = redis.Redis.from_url(installation.REDIS_URL)
    for name in valkey.scan_iter("naryad:*"):
        valkey.delete(name)


@pytest.fixture
def figures() -> Callable[[], dict[tuple[str, ...], float]]:
    """The page read as Prometheus reads it: name and label values to the value."""

    def read() -> dict[tuple[str, ...], float]:
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}

    return read


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Bearer wrong", f"Basic {TOKEN}x", "Bearer жетон"])
def test_nobody_reads_it_without_the_token(header: str | None) -> None:
    """S40: `/metrics` is authenticated."""
    headers = {} if header is None else {"authorization": header.encode().decode("latin-1")}
    assert Client().get("/metrics", headers=headers).status_code == 401


def test_without_a_token_in_the_settings_there_is_no_page(settings: Any) -> None:
    """S40: an installation that has not asked for monitoring shows none."""
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_it_counts_runs_steps_messages_and_breakers(figures: Callable[[], dict[tuple[str, ...], float]]) -> None:
    """S4-24: process monitoring."""
    finished_run(person("editor"), ("a", "noop"), ("b", "delay", {"config": {"seconds": 3600}}))
    outbox.add(topic="mail.send", payload={}, queue="notifications")
    for _number in range(breaker.FAILURES):
        with suppress(Unreachable), circuits.calling(CallScope(), "api.example.org", 443, credential=None):
            raise Unreachable
    counters.add("telegram_sent", by=3)
    told = figures()
    assert told["naryad_runs_open", "running"] + told["naryad_runs_open", "queued"] == 1
    assert told["naryad_steps_open", "waiting"] == 1
    assert told["naryad_outbox_due", "notifications"] == 1
    assert told["naryad_breakers", "open"] == 1
    assert told[("naryad_breaker_openings_total",)] == 1
    assert told["naryad_telegram_total", "sent"] == 3
    assert told[("naryad_valkey_up",)] == 1
    assert told[("naryad_recent_attempts",)] >= 1


def test_it_tells_what_it_can_while_valkey_is_away(
    settings: Any, figures: Callable[[], dict[tuple[str, ...], float]]
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert figures()[("naryad_valkey_up",)] == 0


def test_alerts_and_dashboard_ask_for_figures_that_exist(figures: Callable[[], dict[tuple[str, ...], float]]) -> None:
    """S4-24: a rule that names a figure nobody writes would never fire."""
    known = {name for name, *_labels in figures()} | {"up"}
    folder = ROOT / "deploy" / "monitoring"
    texts = [
        rule["expr"] for group in safe_load((folder / "alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    board = safe_load((folder / "dashboard.json").read_text())
    texts += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked = {word for text in texts for word in text.replace("(", " ").replace("{", " ").replace("[", " ").split()}
    asked = {word.strip(")") for word in asked if word.strip(")").startswith("naryad_")}
    assert asked
    assert asked - known == set()
