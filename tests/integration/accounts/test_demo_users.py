"""`manage.py demo_users`: people of a development installation."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.services import role_by_membership

pytestmark = pytest.mark.django_db


def make(file: Path) -> dict[str, dict[str, str]]:
    call_command("demo_users", file=file)
    found: dict[str, dict[str, str]] = json.loads(file.read_text())
    return found


def test_each_role_gets_a_person_and_a_password_of_its_own(tmp_path: Path) -> None:
    people = make(tmp_path / "people.json")
    assert people.keys() == {"admin", "editor", "operator", "viewer", "executor"}
    assert len({person["password"] for person in people.values()}) == 5
    for role, person in people.items():
        user = User.objects.get(username=person["username"])
        assert user.check_password(person["password"])
        assert user.is_superuser == (role == "admin")
        assert user.is_staff == (role != "executor"), "who has a role works in the admin"
        assert role_by_membership(user) == (None if role == "executor" else role)
    assert stat.S_IMODE((tmp_path / "people.json").stat().st_mode) == 0o600


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    first = make(tmp_path / "people.json")
    assert make(tmp_path / "people.json") == first
    assert User.objects.get(username="viewer").check_password(first["viewer"]["password"])


def test_a_lost_file_is_answered_with_new_passwords(tmp_path: Path) -> None:
    first = make(tmp_path / "people.json")
    (tmp_path / "people.json").unlink()
    second = make(tmp_path / "people.json")
    assert second != first
    assert User.objects.get(username="admin").check_password(second["admin"]["password"])


def test_production_has_no_default_accounts(tmp_path: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="no default accounts"):
        call_command("demo_users", file=tmp_path / "people.json")
    assert not User.objects.filter(username="admin").exists()
