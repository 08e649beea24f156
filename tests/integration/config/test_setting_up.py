"""From nothing to an installation that works: its variables, its first admin, and what the doctor says of it."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.clock import Clock
from accounts.models import User
from config import installation_checks
from config.health import QUEUES
from config.unsafe_values import refuse_unsafe
from executions.models import Step, Worker
from integrations.mail import line
from tests.architecture.tree import ROOT
from tests.fakes.smtp import post_office
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def read(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def make_env(file: Path) -> dict[str, str]:
    command = [sys.executable, str(ROOT / "deploy/make-env.py"), "--host", "naryad.example.org", "--file", str(file)]
    subprocess.run(command, check=True, env={"PATH": os.environ["PATH"]})
    return read(file)


def test_the_variables_that_are_made_start_production_and_are_never_changed(tmp_path: Path) -> None:
    """S19: secrets of their own for every installation, readable by its owner alone; a second run keeps them."""
    file = tmp_path / ".env"
    first = make_env(file)
    assert file.stat().st_mode & 0o777 == 0o600
    refuse_unsafe({**first, "DATABASE_URL": "postgresql://naryad:x@postgres/naryad", "REDIS_HOST": "valkey"})
    file.write_text(file.read_text().replace(first["METRICS_TOKEN"], "").replace(first["PUBLIC_URL"], "https://own"))
    second = make_env(file)
    assert {**second, "METRICS_TOKEN": "", "PUBLIC_URL": ""} == {**first, "METRICS_TOKEN": "", "PUBLIC_URL": ""}
    assert (second["PUBLIC_URL"], bool(second["METRICS_TOKEN"])) == ("https://own", True)


@pytest.fixture
def password(tmp_path: Path, settings: Any) -> Path:
    settings.TELEGRAM_BOT_TOKEN = ""
    file = tmp_path / "password"
    file.write_text("korova-3-moloko\n")
    return file


def test_the_first_admin_is_made_once(password: Path) -> None:
    """S19: there is no default account; the first one has a password of its own."""
    assert "first admin: root" in said("setup", username="root", password_file=password)
    assert User.objects.get(username="root").check_password("korova-3-moloko")
    assert "an admin is there: root" in said("setup", username="other", password_file=password)
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_weak_password_makes_nobody(password: Path) -> None:
    """S19: the password of the first admin is looked at like any other."""
    password.write_text("12345")
    with pytest.raises(CommandError, match="too weak"):
        said("setup", password_file=password)
    assert not User.objects.exists()


def test_a_test_letter_arrives(password: Path, settings: Any) -> None:
    with post_office() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert "letter sent to boss@example.org" in said("setup", password_file=password, mail_to="boss@example.org")
        assert len(server.letters) == 1
        line._hang_up()


def faults() -> set[str]:
    return {finding.code for finding in installation_checks.examine() if not finding.ok}


def test_the_doctor_names_what_is_missing_with_its_cause_and_cure(settings: Any, tmp_path: Path) -> None:
    """S4-21: checks of the installation: each fault is found, and gone when it is mended."""
    assert faults() == {"workers", "ticker", "beat"}
    Worker.objects.create(id="w", host="h", pid=1, queues=sorted(QUEUES), slots=1, seen_at=Clock())
    assert faults() == {"ticker", "beat"}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.TELEGRAM_MODE, settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_WEBHOOK_SECRET = "webhook", "1:x", ""
    settings.GCP_PROJECT_ID = "shop"
    settings.GOOGLE_ENVIRONMENT = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "absent.json")}
    assert faults() == {"ticker", "beat", "valkey", "mail", "webhook", "bigquery"}
    for finding in installation_checks.examine():
        assert finding.ok or (finding.said and finding.cause and finding.cure)


def standing_queue() -> str | None:
    """The cause that is named for queues that do not move."""
    return next((finding.cause for finding in installation_checks.examine() if finding.code == "queues"), None)


def test_the_doctor_notices_a_queue_that_is_served_and_does_not_move() -> None:
    """The age is that of the metric, and a step that waits on purpose is none of it."""
    execution = driving.start(driving.person(), driving.chain(2))
    step = Step.objects.get(execution=execution, status="ready")
    worker = Worker.objects.create(id="w", host="h", pid=1, queues=sorted(QUEUES), slots=1, seen_at=Clock())
    assert not standing_queue(), "a step may wait for a while"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE executions_step SET rank_at = rank_at - interval '90 seconds' WHERE id = %s", [step.pk])
    (finding,) = [found for found in installation_checks.examine() if found.code == "queues"]
    assert not finding.ok
    assert finding.said.startswith(f"{step.queue}: первый из 1 шагов ждёт 9")
    assert "0 из 1" in finding.said
    assert (finding.cause, finding.cure) == (
        "Работники на связи, но шагов не берут",
        "Перезапустите worker и worker-cpu: начатое не пропадёт",
    )
    Worker.objects.update(slots=0)
    assert standing_queue() == "Все места заняты: работы больше, чем работников"
    worker.delete()
    assert not standing_queue(), "that nobody serves it is told by another check"
    Worker.objects.create(id="w", host="h", pid=1, queues=sorted(QUEUES), slots=1, seen_at=Clock())
    Step.objects.filter(pk=step.pk).update(status="held")
    assert not standing_queue()


def test_the_doctor_ends_badly_and_tells_how_many(settings: Any) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match=r"\d+"):
        call_command("doctor", stdout=out)
    assert "✗ Работники" in out.getvalue()
    assert "✓ PostgreSQL" in out.getvalue()
