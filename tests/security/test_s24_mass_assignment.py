"""Fields that nobody may set are set nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.services import default_project
from tests.integration.runs import client, person
from tests.security.surface import description, operations, scene

pytestmark = pytest.mark.django_db

FIELDS = {
    "owner": 1,
    "status": "succeeded",
    "isStaff": True,
    "is_staff": True,
    "is_superuser": True,
    "role": "admin",
    "id": "01a20236-812b-7461-aedc-e8a7f74d5d5e",
    "version": 7,
    "created_at": "2020-01-01",
}
SPEAKS_FREELY = {"POST /v1/workflows/{workflow_id}/execute", "POST /v1/workflows/{workflow_id}/validate"}
"""Their body is the caller's own: the input of a run, a definition to look at."""


def test_a_field_that_is_not_offered_is_refused_everywhere(settings: Any, tmp_path: Any) -> None:
    """S24: each writing operation with each such field: 4xx, so nothing is taken along unseen."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    own = scene(default_project())
    api = client(person("admin"))
    taken = []
    for operation in operations():
        if operation.method == "get" or not operation.body or operation.name in SPEAKS_FREELY:
            continue
        for field, value in FIELDS.items():
            if field in offered(operation.body):
                continue
            answer = operation.ask(api, own, {field: value})
            if not _refuses(answer, field):
                taken.append((operation.name, field, answer.status_code, answer.content[:200]))
    assert taken == []


def offered(shape: dict[str, Any]) -> set[str]:
    """The fields that the description of a body names."""
    name = shape.get("$ref", "").rpartition("/")[2]
    return set((description()["components"]["schemas"][name] if name else shape).get("properties", ()))


def _refuses(answer: Any, field: str) -> bool:
    """Whether it is this field that is refused, and not only what is missing beside it."""
    said = answer.json() if answer.status_code == 400 else {}
    if said.get("code") == "contact_field_unknown":  # a contact's own fields have the names that people gave them
        return bool(said["details"]["field"] == field)
    return said.get("code") in ("unknown_field", "read_only_field") and field in said["details"]["fields"]
