"""`/healthz` and `/readyz`."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.clock import Clock
from config.health import QUEUES
from executions.models import Worker

pytestmark = pytest.mark.django_db


def add_worker(*queues: str) -> None:
    Worker.objects.create(id=f"test:{queues}", host="test", pid=1, queues=list(queues), slots=1, seen_at=Clock())


def test_a_process_that_answers_is_alive_without_asking_anybody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_when_every_part_serves() -> None:
    add_worker("io")
    add_worker("cpu", "notifications", "system")
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "parts": {"postgresql": "ok", "valkey": "ok", "migrations": "ok", "workers": "ok"},
        "queues": sorted(QUEUES),
    }


def test_a_queue_without_a_worker_is_named() -> None:
    add_worker("io", "notifications", "system")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["workers"] == "no live worker for: cpu"


def test_a_valkey_that_is_away_is_named_and_its_address_is_not(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://:a-password@127.0.0.1:{closed.getsockname()[1]}/0"
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["valkey"].startswith("does not answer")
    assert "a-password" not in answer.content.decode()


def test_settings_use_the_addresses_of_the_environment() -> None:
    """S3-26: Celery writes the same Valkey in its own way."""
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    assert settings.CELERY_BROKER_URL.partition("?")[0].endswith(settings.REDIS_URL.partition("?")[0].split("//")[1])
