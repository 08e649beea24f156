"""The ledger of side effects: every call that a step makes is noted with the step's record."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from accounts.models import User
from executions import runner, services
from executions.lease import Cut
from executions.models import Execution, SideEffect
from executions.services.graphs import graph_of
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import NodeSpec, leases

pytestmark = pytest.mark.django_db(transaction=True)


def call(ledger: Ledger, path: str = "/json", name: str = "call", **config: Any) -> NodeSpec:
    return name, "http-request", {"config": {"url": ledger.url(path), **config}}


def noted(run: Execution) -> list[tuple[str, str, str, str]]:
    rows = SideEffect.objects.filter(execution=run)
    return list(rows.values_list("node_id", "method", "target", "outcome"))


def test_a_call_is_noted_with_its_key_and_outcome_and_without_its_query(editor: User, ledger: Ledger):
    """Part 2, row 7: what each step did outside, with its key."""
    run = runs.finished_run(editor, call(ledger, "/json?token=secret", method="POST", body={"a": 1}))
    assert noted(run) == [("call", "POST", f"{ledger.endpoint}/json", "200")]
    effect = SideEffect.objects.get()
    assert effect.key == ledger.calls[0].headers["idempotency-key"]
    assert effect.fence == driving.step(run, "call").fence
    ended = driving.step(run, "call").finished_at
    assert ended is not None
    assert run.created_at < effect.at <= ended


def test_a_call_that_failed_and_its_repeats_are_all_noted(editor: User, ledger: Ledger):
    never = {"settings": {"retry": {"attempts": 2, "delaySeconds": 0}}}
    name, kind, data = call(ledger, "/status/503")  # type: ignore[misc]
    run = runs.start(runs.workflow(editor, (name, kind, {**data, **never})), editor)
    driving.drain()
    scenes.end_rests()
    driving.drain()
    assert [outcome for *_rest, outcome in noted(run)] == ["503", "503"]
    assert len({effect.fence for effect in SideEffect.objects.all()}) == 2
    assert len({effect.key for effect in SideEffect.objects.all()}) == 1


def test_a_call_that_found_nobody_is_noted_by_the_code_of_its_error(editor: User, ledger: Ledger, settings: Any):
    settings.OUTBOUND_ALLOW = ["127.0.0.1:9"]
    run = runs.finished_run(editor, ("call", "http-request", {"config": {"url": "http://127.0.0.1:9/", "retries": 0}}))
    assert noted(run) == [("call", "GET", "127.0.0.1:9/", "unreachable")]


def test_an_address_that_may_not_be_called_leaves_no_line(editor: User, ledger: Ledger):
    run = runs.finished_run(editor, ("call", "http-request", {"config": {"url": "http://127.0.0.1:9/", "retries": 0}}))
    assert run.status == "failed"
    assert noted(run) == []


def test_each_hop_of_a_redirect_is_noted(editor: User, ledger: Ledger):
    run = runs.finished_run(editor, call(ledger, f"/redirect?to={ledger.url('/json')}", followRedirects=True))
    assert [target for _node, _method, target, _outcome in noted(run)] == [
        f"{ledger.endpoint}/redirect",
        f"{ledger.endpoint}/json",
    ]


def test_a_result_that_comes_too_late_is_thrown_away_but_its_calls_are_kept(editor: User, ledger: Ledger):
    run = runs.start(runs.workflow(editor, call(ledger)), editor)
    held = leases()
    claimed = runner._claim("io", held)
    assert claimed is not None
    services.stop(execution_id=run.pk)
    recorded, _carried = runner._step(claimed, None, held, continue_on=None)
    assert recorded is None
    assert noted(run) == [("call", "GET", f"{ledger.endpoint}/json", "200")]


def test_a_call_that_is_cut_off_by_a_stop_is_kept(editor: User, ledger: Ledger):
    run = runs.start(runs.workflow(editor, call(ledger, "/hang")), editor)
    held = leases()
    thread = threading.Thread(target=lambda: scenes.in_thread(lambda: runner.drain("io", held)))
    thread.start()
    ledger.wait_for_call()
    services.stop(execution_id=run.pk)
    for lease in held._all():
        lease.end(Cut.LOST)
    thread.join(30)
    assert noted(run) == [("call", "GET", f"{ledger.endpoint}/hang", "cancelled")]


def test_a_record_that_is_told_twice_is_noted_once(editor: User, ledger: Ledger):
    """The commit's answer may get lost: then the same report is settled again."""
    run = runs.start(runs.workflow(editor, call(ledger)), editor)
    held = leases()
    claimed = runner._claim("io", held)
    assert claimed is not None
    graph = graph_of(claimed)
    assert graph is not None
    lease = held.take(claimed, 60)
    report = runner._run(claimed, graph, graph.nodes["call"], None, lease, None)
    assert report is not None
    assert services.settle(report) is not None
    assert services.settle(report) is None
    assert len(noted(run)) == 1


def test_the_effects_of_a_run_and_of_a_step_are_read_by_viewers(editor: User, ledger: Ledger):
    """`GET /executions/{id}/effects`, all or of one step; a foreign run is 404."""
    run = runs.finished_run(editor, call(ledger, name="one"), call(ledger, "/text", name="two"))
    api = runs.client(runs.person("viewer"))
    answer = api.get(f"/api/v1/executions/{run.pk}/effects")
    assert (answer.status_code, answer.json()["count"]) == (200, 2)
    first = answer.json()["results"][0]
    assert set(first) == {"id", "stepId", "nodeId", "label", "key", "method", "target", "outcome", "at"}
    assert (first["nodeId"], first["target"]) == ("one", f"{ledger.endpoint}/json")
    two = driving.step(run, "two")
    narrowed = api.get(f"/api/v1/executions/{run.pk}/effects", {"stepId": str(two.pk)}).json()
    assert [effect["nodeId"] for effect in narrowed["results"]] == ["two"]
    step = api.get(f"/api/v1/executions/{run.pk}/steps/{two.pk}").json()
    assert [effect["target"] for effect in step["effects"]] == [f"{ledger.endpoint}/text"]
    assert api.get(f"/api/v1/executions/{run.pk}/effects", {"stepId": "x"}).status_code == 400
    stranger = runs.client(runs.person("admin", project=scenes.project("other")))
    assert stranger.get(f"/api/v1/executions/{run.pk}/effects").status_code == 404
