"""Runs that n8n has recorded, repeated by the engine: the same items out of every node."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from accounts import services as accounts
from executions import services as executions
from executions.models import StepData
from integrations import keeping_credentials
from integrations.files import FileStore
from integrations.keeping_credentials import Wanted
from tests.fakes import world as worlds
from tests.integration.executions.driving import drain, person, status
from tests.unit.workflows.n8n.exports import FOLDER, NAMES, needs_exports
from workflows import services
from workflows.items import attached

RECORDED = ["10", "11", "12", "13", "14", "54"]
CHECKED = {"54": "Mailcheck"}
"""Runs that have asked somebody, and the node that did: its answer is what was recorded."""


@needs_exports
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", RECORDED)
def test_every_node_gives_what_n8n_gave(number: str, settings: Any) -> None:
    editor = person()
    name = next(one for one in NAMES if one.startswith(f"{number}-"))
    [outcome] = services.import_files(user=editor, files=[(name, (FOLDER / "workflows" / name).read_bytes())])
    assert outcome.workflow is not None
    assert all(node["type"] != "unsupported" for node in outcome.nodes)
    with worlds.running() as world:
        settings.OUTBOUND_ALLOW = [world.endpoint]
        if number in CHECKED:
            world.answers["/"] = _recorded(name)[CHECKED[number]][0][0]
            _fill_credentials(outcome.workflow, editor, world.url)
        published = services.publish(workflow_id=outcome.workflow.id, user=editor)
        target = services.startable(published.id, editor)
        run = executions.start(target=target, user=editor, input_data={})[0]
        drain()

    assert status(run) == "succeeded"
    labels = {node["id"]: node["data"]["label"] for node in published.newest_version.definition["nodes"]}  # type: ignore[union-attr]
    given: dict[str, Any] = {}
    for row in StepData.objects.filter(step__execution=run).select_related("step"):
        if row.port in ("out", "true", "false"):
            given[labels[row.step.node_id]] = json.loads(json.dumps(row.items, default=float))
    for node, items in _recorded(name).items():
        found = given.get(node, [])
        assert _alike([json for json, _files in items], [attached.without_files(item) for item in found]), (node, found)
        assert [files for _json, files in items] == [_files(item) for item in found], node


def _fill_credentials(workflow: Any, editor: Any, url: str) -> None:
    """What people do after an import: choose credentials in the nodes that want some."""
    wanted = Wanted(name="Key", value="secret", login="", hosts=["127.0.0.1"], settings={"baseUrl": url})
    credential = keeping_credentials.create(user=editor, kind="bearer", wanted=wanted)
    definition = workflow.newest_version.definition
    for node in definition["nodes"]:
        if node["type"] == "mailcheck":
            node["data"]["config"]["credential"] = str(credential.pk)
    services.replace_workflow(
        workflow_id=workflow.id,
        user=editor,
        particulars=services.Particulars(name=workflow.name),
        definition=definition,
    )


Recorded = dict[str, list[tuple[Any, dict[str, Any]]]]


def _recorded(name: str) -> Recorded:
    """What left the first output of every node in its last run: JSON, and files with their content."""
    number = name.removesuffix(".json")
    raw = json.loads((FOLDER / "snapshots" / f"{number}.snapshot.json").read_text(encoding="utf-8"))
    runs = raw["data"]["resultData"]["runData"]
    return {
        node: [(item["json"], item.get("binary", {})) for item in (runs_of[-1]["data"]["main"][0] or [])]
        for node, runs_of in runs.items()
    }


def _files(item: Any) -> dict[str, Any]:
    """The files of an item as n8n writes them into its records."""
    store = FileStore(accounts.default_project().pk)
    return {
        name: {
            "data": base64.b64encode(store.read(file)).decode(),
            **{field: file[field] for field in ("mimeType", "fileExtension", "fileName")},
        }
        for name, file in attached.files_of(item).items()
    }


def _alike(recorded: Any, given: Any) -> bool:
    """n8n's records say of objects and lists only that they are there."""
    if recorded == {"object": True}:
        return isinstance(given, dict)
    if recorded == ["json array"]:
        return isinstance(given, list)
    if isinstance(recorded, dict) and isinstance(given, dict):
        return set(recorded) == set(given) and all(_alike(recorded[name], given[name]) for name in recorded)
    if isinstance(recorded, list) and isinstance(given, list):
        return len(recorded) == len(given) and all(map(_alike, recorded, given))
    return bool(recorded == given)
