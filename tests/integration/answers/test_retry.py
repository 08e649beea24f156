"""Retrying a whole run, and the plan that tells beforehand what it does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from executions import invariants, services
from executions.models import Attempt, Execution, Step, StepData
from executions.services import Wish
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import NodeSpec, chain, definition, drain, items, journal, statuses, step

pytestmark = pytest.mark.django_db(transaction=True)

Answer = Any


def five(ledger: Ledger, path: str, **settings: Any) -> list[NodeSpec]:
    """Five nodes, of which the fourth calls `path`."""
    calls = {"url": ledger.url(path), "retries": 0, "method": "POST", "body": {"got": "{{ $json.status }}"}}
    return [
        *((name, "http-request", {"config": {"url": ledger.url(f"/echo?n={name}")}}) for name in "abc"),
        ("d", "http-request", {"config": {**calls, **settings}}),
        ("e", "noop"),
    ]


def linked(nodes: list[NodeSpec]) -> dict[str, Any]:
    return definition(nodes, [(one[0], other[0]) for one, other in pairwise(nodes)])


def post(user: User, run: Execution, **body: Any) -> Answer:
    return runs.client(user).post(f"/api/v1/executions/{run.pk}/retry", body)


def plan(user: User, run: Execution, **query: Any) -> Answer:
    return runs.client(user).get(f"/api/v1/executions/{run.pk}/retry-plan", query)


def test_a_run_goes_on_from_its_failure_and_calls_what_was_done_no_second_time(
    editor: User, operator: User, ledger: Ledger
):
    """Part 3, 1: nodes 1 to 3 are not called again; node 4 gets the identical input; the new attempt is linked."""
    run = runs.finished_run(editor, *five(ledger, "/flaky?key=four&fails=1"))
    assert run.status == "failed"
    first = ledger.calls[-1]
    answer = post(operator, run, reason="сервер починили")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, str(run.pk), "running")
    drain()
    run.refresh_from_db()
    assert run.status == "succeeded"
    called = [call.query.get("n", ["d"])[0] for call in ledger.calls]
    assert called == ["a", "b", "c", "d", "d"]
    assert ledger.calls[-1].body == first.body
    attempts = Attempt.objects.filter(step=step(run, "d")).values_list("epoch", "outcome")
    assert list(attempts) == [(1, "failed"), (2, "succeeded")]
    line = run.events.get(type="execution.retried").payload
    assert (line["by"], line["reason"], line["steps"]) == (operator.username, "сервер починили", 2)
    assert invariants.repair() == 0


def test_a_retry_of_a_run_that_goes_on_already_is_refused_with_its_state(editor: User, operator: User):
    run = runs.finished_run(editor, ("a", "fail"), ("b", "noop"))
    assert post(operator, run).status_code == 200
    again = post(operator, run)
    assert (again.status_code, again.json()["code"], again.json()["details"]) == (
        409,
        "illegal_transition",
        {"status": "running"},
    )


def test_a_step_that_has_a_result_is_repeated_only_on_purpose_and_the_answer_says_so(editor: User, operator: User):
    """S3-12: by the address of the step, and by `from` of the run."""
    run = runs.finished_run(editor, ("a", "noop"), ("b", "noop"))
    done = str(step(run, "a").pk)
    address = f"/api/v1/executions/{run.pk}/steps/{done}/retry"
    for answer in (runs.client(operator).post(address, {}), post(operator, run, **{"from": done})):
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
        assert answer.json()["details"] == {"status": "succeeded", "stepStatus": "succeeded", "force": False}
        assert '"force": true' in answer.json()["message"]
    assert runs.client(operator).post(address, {"force": True}).status_code == 200


def test_a_run_without_a_failure_has_nothing_to_retry(editor: User, operator: User):
    run = runs.finished_run(editor)
    for answer in (post(operator, run), plan(operator, run)):
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")


def test_a_stopped_run_goes_on_where_it_was_stopped(editor: User, operator: User):
    run = driving.start(editor, chain(3))
    drain(until=1)
    services.stop(execution_id=run.pk)
    assert post(operator, run).status_code == 200
    drain()
    assert statuses(run) == dict.fromkeys(("n0", "n1", "n2"), "succeeded")
    assert Attempt.objects.filter(step=step(run, "n0")).count() == 1


def test_a_run_goes_on_from_a_step_by_its_id(editor: User, operator: User):
    run = runs.finished_run(editor, ("a", "noop"), ("b", "noop"), ("c", "noop"))
    body = {"from": str(step(run, "b").pk)}
    refused = post(operator, run, **body)
    assert (refused.status_code, refused.json()["details"]["stepStatus"]) == (409, "succeeded")
    answer = post(operator, run, **body, force=True)
    assert (answer.status_code, answer.json()["id"]) == (200, str(run.pk))
    drain()
    attempts = {name: Attempt.objects.filter(step=step(run, name)).count() for name in "abc"}
    assert attempts == {"a": 1, "b": 2, "c": 2}


def test_on_a_fixed_version_a_new_run_takes_over_what_is_the_same(editor: User, operator: User, ledger: Ledger):
    """Part 3, 1: on the current version nodes 1 to 3 are called zero times; the new run is linked to the old one."""
    nodes = five(ledger, "/status/404")
    run = runs.finished_run(editor, *nodes, input_data={"shop": 7}, priority=8)
    scenes.replace(run, editor, linked(five(ledger, "/echo")))
    before = len(ledger.calls)
    old = dict(Step.objects.filter(execution=run).values_list("id", "status"))

    answer = post(operator, run, version="current")

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/executions/{answer.json()['id']}"
    told = answer.json()
    assert (told["retryOf"], told["origin"], told["version"]) == (str(run.pk), "retry", 2)
    assert (told["inputData"], told["priority"], told["startedBy"]["id"]) == ({"shop": 7}, 8, operator.pk)
    new = Execution.objects.get(pk=told["id"])
    assert statuses(new) == {"a": "succeeded", "b": "succeeded", "c": "succeeded", "d": "ready", "e": "pending"}
    drain()
    new.refresh_from_db()
    assert (new.status, new.open_steps) == ("succeeded", 0)
    assert len(ledger.calls) == before + 1
    assert items(new, "c") == items(run, "c")
    run.refresh_from_db()
    assert run.status == "failed"
    assert dict(Step.objects.filter(execution=run).values_list("id", "status")) == old
    assert journal(new)[:2] == ["execution.started", "execution.took_over"]
    assert new.events.get(type="execution.took_over").payload["reused"] == 3
    assert invariants.repair() == 0


def test_what_names_a_step_whose_label_another_has_now_is_not_taken_over(editor: User, operator: User):
    """Part 3, 1: `$('First')` means the other node in the new version, so what was made with it is made anew."""

    def named(one: str, two: str, last: str) -> dict[str, Any]:
        def says(label: str, word: str) -> dict[str, Any]:
            return {"label": label, "config": {"fields": [{"name": "word", "value": word}]}}

        asks = {"config": {"fields": [{"name": "asked", "value": "{{ $('First').item.json.word }}"}]}}
        nodes: list[NodeSpec] = [
            ("a", "set", says(one, "one")),
            ("b", "set", says(two, "two")),
            ("c", "set", asks),
            ("d", last),
        ]
        return definition(nodes, list(pairwise("abcd")))

    run = driving.start(editor, named("First", "Second", "fail"))
    drain()
    assert items(run, "c")[0]["asked"] == "one"
    scenes.replace(run, editor, named("Second", "First", "noop"))
    planned = {
        one["nodeId"]: (one["action"], one["because"]) for one in plan(operator, run, version="current").json()["steps"]
    }
    assert planned["b"] == ("reuse", None)
    assert planned["c"] == ("run", "changed")
    new = Execution.objects.get(pk=post(operator, run, version="current").json()["id"])
    drain()
    assert items(new, "c")[0]["asked"] == "two"


def test_a_version_is_chosen_by_its_number(editor: User, operator: User):
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    scenes.replace(run, editor, linked([("a", "noop"), ("b", "noop")]))
    scenes.replace(run, editor, linked([("a", "noop"), ("b", "fail", {"config": {"message": "нет"}})]))
    answer = post(operator, run, version=2)
    assert (answer.status_code, answer.json()["version"]) == (202, 2)
    drain()
    assert driving.status(Execution.objects.get(pk=answer.json()["id"])) == "succeeded"


def test_a_version_that_is_that_of_the_run_is_the_original(editor: User, operator: User):
    run = runs.finished_run(editor, ("a", "fail"))
    assert plan(operator, run, version="1").json()["newExecution"] is False
    assert post(operator, run, version="current").json()["id"] == str(run.pk)


def test_a_version_without_the_failed_step_is_refused_by_its_name(editor: User, operator: User):
    """Part 3, 1: refusing clearly if the chosen version lacks the step."""
    run = runs.finished_run(editor, ("a", "noop"), ("b", "fail"))
    scenes.replace(run, editor, linked([("a", "noop"), ("x", "noop")]))
    for answer in (post(operator, run, version="current"), plan(operator, run, version="current")):
        assert (answer.status_code, answer.json()["code"]) == (422, "step_missing")
        assert answer.json()["details"] == {"nodeIds": ["b"]}
    gone = post(operator, run, version="current", **{"from": str(step(run, "b").pk)})
    assert gone.json()["details"] == {"nodeIds": ["b"]}


def test_versions_that_cannot_be_run_are_refused(editor: User, operator: User):
    run = runs.finished_run(editor, ("a", "fail"))
    scenes.replace(run, editor, linked([("a", "noop")]), draft=True)
    draft = post(operator, run, version=2)
    assert (draft.status_code, draft.json()["code"]) == (409, "not_published")
    assert post(operator, run, version=7).status_code == 404
    for version in ("newest", 0, -1, True, 2.5, None):
        assert post(operator, run, version=version).status_code == 400


def test_from_the_start_a_new_run_does_everything_again(editor: User, operator: User, ledger: Ledger):
    run = runs.finished_run(editor, *five(ledger, "/flaky?key=start&fails=1"))
    answer = post(operator, run, **{"from": "start"})
    assert (answer.status_code, answer.json()["retryOf"]) == (202, str(run.pk))
    drain()
    assert driving.status(Execution.objects.get(pk=answer.json()["id"])) == "succeeded"
    assert len(ledger.calls) == 4 + 4


def test_a_branch_that_was_skipped_is_skipped_in_the_new_run_too(editor: User, operator: User):
    chooses = {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}

    def what(end: str) -> dict[str, Any]:
        return definition(
            [("if", "if", chooses), ("dear", "noop"), ("cheap", "noop"), ("end", end)],
            [("if", "dear", "true"), ("if", "cheap", "false"), ("dear", "end"), ("cheap", "end")],
        )

    run = driving.start(editor, what("fail"), input_data={"price": 20})
    drain()
    scenes.replace(run, editor, what("noop"))
    new = Execution.objects.get(pk=post(operator, run, version="current").json()["id"])
    drain()
    assert statuses(new) == {"if": "succeeded", "dear": "succeeded", "cheap": "skipped", "end": "succeeded"}
    assert driving.status(new) == "succeeded"


def test_a_loop_that_has_ended_is_taken_over_with_all_its_passes(editor: User, operator: User):
    nodes: list[NodeSpec] = [("loop", "loop", {"config": {"batchSize": 1}}), ("body", "noop")]
    edges = [("loop", "body", "loop"), ("body", "loop"), ("loop", "end", "done")]
    run = driving.start(editor, definition([*nodes, ("end", "fail")], edges), input_data={"x": 1})
    drain()
    passes = Step.objects.filter(execution=run, node_id="body").count()
    scenes.replace(run, editor, definition([*nodes, ("end", "noop")], edges))
    new = Execution.objects.get(pk=post(operator, run, version="current").json()["id"])
    drain()
    assert driving.status(new) == "succeeded"
    assert Step.objects.filter(execution=new, node_id="body", status="succeeded", attempt=0).count() == passes
    assert items(new, "end") == [{"x": 1}]


def test_the_plan_is_what_happens(editor: User, operator: User, ledger: Ledger):
    """Part 2, row 6: which steps are reused, which run again, which have side effects already done."""
    run = runs.finished_run(editor, *five(ledger, "/status/500"))
    scenes.replace(run, editor, linked(five(ledger, "/echo")))
    viewer = runs.person("viewer")
    told = plan(viewer, run, version="current").json()
    assert {name: told[name] for name in ("version", "newExecution", "reused", "again", "skipped", "withEffects")} == {
        "version": 2,
        "newExecution": True,
        "reused": 3,
        "again": 2,
        "skipped": 0,
        "withEffects": 1,
    }
    by_node = {entry["nodeId"]: entry for entry in told["steps"]}
    assert by_node["d"] == {
        "nodeId": "d",
        "label": "d",
        "nodeType": "http-request",
        "action": "run",
        "because": "changed",
        "was": "failed",
        "calls": 1,
        "changes": 1,
        "mayHaveEffects": False,
    }
    assert (by_node["a"]["action"], by_node["a"]["calls"], by_node["a"]["changes"]) == ("reuse", 1, 0)
    assert not Execution.objects.filter(retry_of=run).exists()
    new = Execution.objects.get(pk=post(operator, run, version="current").json()["id"])
    drain()
    ran = set(Attempt.objects.filter(step__execution=new).values_list("step__node_id", flat=True))
    assert ran == {name for name, entry in by_node.items() if entry["action"] == "run"}


def test_the_plan_of_a_large_run_asks_no_more_than_that_of_a_small_one(editor: User):
    counts = []
    for length in (3, 60):
        run = driving.start(editor, chain(length))
        services.stop(execution_id=run.pk)
        run.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            services.plan_retry(run, wish=Wish())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_other_items_for_a_step_make_a_new_run_that_feeds_it_with_them(editor: User, operator: User):
    check = {"config": {"conditions": [{"field": "price", "op": "exists"}]}}
    nodes: list[NodeSpec] = [("a", "noop"), ("check", "if", check), ("bad", "fail")]
    edges = [("a", "check"), ("check", "good", "true"), ("check", "bad", "false")]
    run = driving.start(editor, definition([*nodes, ("good", "noop")], edges), input_data={"name": "x"})
    drain()
    wish = Wish(begin=[step(run, "check").pk], items=[{"name": "x", "price": 5}])
    new = services.retry(execution_id=run.pk, user=operator, wish=wish)
    assert new.retry_of_id == run.pk
    drain()
    assert driving.status(new) == "succeeded"
    assert items(new, "good") == [{"name": "x", "price": 5}]
    assert StepData.objects.get(step=step(new, "a")).items == [{"name": "x"}]
    shown = runs.client(operator).get(f"/api/v1/executions/{new.pk}/steps/{step(new, 'check').pk}").json()
    assert shown["input"] == {"in": [{"name": "x", "price": 5}]}
    services.retry_step(execution_id=new.pk, step_id=step(new, "check").pk, force=True)
    drain()
    assert items(new, "good") == [{"name": "x", "price": 5}]


def test_other_items_go_on_to_count_in_later_retries(editor: User, operator: User):
    what = definition([("a", "noop"), ("b", "noop"), ("c", "fail")], [("a", "b"), ("b", "c")])
    run = driving.start(editor, what, input_data={"x": 1})
    drain()
    wish = Wish(begin=[step(run, "c").pk], items=[{"x": 2}])
    second = services.retry(execution_id=run.pk, user=operator, wish=wish)
    drain()
    scenes.replace(run, editor, definition([("a", "noop"), ("b", "noop"), ("c", "noop")], [("a", "b"), ("b", "c")]))
    third = services.retry(execution_id=second.pk, user=operator, wish=Wish(version="current"))
    drain()
    assert (items(third, "b"), items(third, "c")) == ([{"x": 1}], [{"x": 2}])


def test_other_items_for_a_root_are_the_new_runs_input(editor: User, operator: User):
    run = driving.start(editor, definition([("a", "fail")]), input_data={"x": 1})
    drain()
    wish = Wish(begin=[step(run, "a").pk], items=[{"x": 2}])
    assert services.retry(execution_id=run.pk, user=operator, wish=wish).input_data == {"x": 2}


def test_rights_and_foreign_runs(editor: User):
    run = runs.finished_run(editor, ("a", "fail"))
    assert plan(runs.person("viewer"), run).status_code == 200
    assert post(runs.person("viewer"), run).status_code == 403
    stranger = runs.person("admin", project=scenes.project("other"))
    assert plan(stranger, run).status_code == 404
    assert post(stranger, run).status_code == 404
    other = runs.finished_run(editor, ("a", "fail"))
    foreign = str(step(other, "a").pk)
    assert post(editor, run, **{"from": foreign}).status_code == 404
    assert post(editor, run, **{"from": "nonsense"}).status_code == 404
    assert post(editor, run, why="?").status_code == 400
