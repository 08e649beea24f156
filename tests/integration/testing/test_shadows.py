"""The newest version on the data of the last runs, before it is published."""

from __future__ import annotations

from typing import Any

import pytest

from executions.models import Execution, SideEffect
from integrations.models import OutboxMessage
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)


def drawn(value: str) -> dict[str, Any]:
    """A letter is sent between two nodes that only compute."""
    first = {"config": {"fields": [{"name": "twice", "value": value}]}}
    mail = {"config": {"to": "anna@example.com", "subject": "{{ $json.twice }}", "text": "x"}}
    nodes: list[Any] = [("hand", "trigger-manual"), ("double", "set", first), ("mail", "send-email", mail)]
    nodes.append(("last", "noop"))
    return driving.definition(nodes, [("hand", "double"), ("double", "mail"), ("mail", "last")])


def test_a_draft_is_tried_on_real_inputs_and_sends_nothing():
    """Part 2, row 13: a shadow run on the last real inputs; what works outside does not run."""
    user = runs.person("editor")
    api = runs.client(user)
    made = driving.workflow(user, drawn("{{ $json.n * 2 }}"))
    address = f"/api/v1/workflows/{made.pk}"
    for number in (1, 2):
        api.post(f"{address}/execute", {"inputData": {"n": number}}, format="json")
    driving.drain()
    sent = OutboxMessage.objects.count(), SideEffect.objects.count()
    whole = api.get(address).json()
    particulars = {name: whole[name] for name in ("name", "version")}
    changed = {**particulars, "definition": drawn("{{ $json.n * 3 }}"), "draft": True}
    assert api.put(address, changed, format="json").status_code == 200

    answer = api.post(f"{address}/shadow", {"count": 2}, format="json")

    assert answer.status_code == 202, answer.json()
    driving.drain()
    pairs = answer.json()["results"]
    news = [Execution.objects.get(id=pair["execution"]["id"]) for pair in pairs]
    assert [driving.items(run, "double")[0]["twice"] for run in news] == [6, 3]
    assert [pair["of"]["inputData"]["n"] for pair in pairs] == [2, 1]
    assert {run.origin for run in news} == {"test"}
    assert (OutboxMessage.objects.count(), SideEffect.objects.count()) == sent
    assert api.get(address).json()["status"] == "draft"
