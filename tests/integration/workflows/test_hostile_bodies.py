"""Whatever is sent, the answer is a workflow or a refusal that a client can act on; never a failure of ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from integrations import safe_json
from tests.unit.workflows.graphs import anything, well_formed
from workflows.models import Workflow

ADDRESS = "/api/v1/workflows"
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

bodies = st.fixed_dictionaries(
    {}, optional={"name": anything, "definition": anything, "priority": anything, "code": anything}
)
graphs = st.fixed_dictionaries({"name": st.just("A"), "definition": well_formed})


@FEW
@given(bodies | graphs | anything)
def test_any_body_makes_a_workflow_or_is_refused(api: APIClient, body: Any) -> None:
    before = Workflow.objects.count()

    answer = api.post(ADDRESS, _written(body), content_type="application/json")

    assert answer.status_code in (201, 400)
    assert Workflow.objects.count() - before == (answer.status_code == 201)
    if answer.status_code == 400:
        assert set(answer.json()) == {"code", "message", "details"}


@FEW
@given(well_formed | anything)
def test_any_definition_is_checked_or_refused(api: APIClient, created: dict[str, Any], definition: Any) -> None:
    body = _written({"definition": definition})

    answer = api.post(f"{ADDRESS}/{created['id']}/validate", body, content_type="application/json")

    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\u0000"}',
        b'{"name": "A", "definition": {"nodes": [{"id": "\\u0000", "type": "noop"}]}}',
        b'{"name": "A", "priority": NaN}',
        b'{"name": "A", "priority": 1e999}',
        b'{"name": "A", "priority": 99999999999999999999}',
        b'{"name": "A", "name": "B"}',
        b'{"name": "\xff"}',
        b'{"name": "A", "definition": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"{",
        b"null",
    ],
)
def test_hostile_json_is_refused(api: APIClient, body: bytes) -> None:
    answer = api.post(ADDRESS, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"]
    assert not Workflow.objects.exists()


def _written(body: Any) -> str:
    """The body as JSON; numbers that JSON does not have are left out."""
    try:
        return safe_json.dumps(body)
    except safe_json.UnsafeJSON:
        return "{}"
