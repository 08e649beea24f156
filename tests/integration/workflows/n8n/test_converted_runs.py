"""What is called converted has been run: every node that the report counts, of every export, once, by the engine.

The nodes before it give items that are guessed from what it asks for; the outside is faked at the socket. A node that
works inside another one there is run with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.db import connection
from pydantic import BaseModel

from accounts import services as accounts
from executions.models import Execution, Step
from executions.services.testing import Asked, run_test
from integrations import keeping_credentials, safe_json
from integrations.credential_kinds import BEARER, IMAP, KINDS, OAUTH2_REFRESH, POSTGRES, REDIS, TELEGRAM, WEBHOOK
from integrations.files import FileStore
from integrations.keeping_credentials import Wanted
from tests.fakes import imap
from tests.fakes import world as worlds
from tests.fakes.world import World
from tests.integration.executions.driving import drain, person
from tests.integration.workflows.n8n.samples import samples
from tests.nodes.tcp_servers import forwarded, postgres_at, valkey_at
from tests.unit.workflows.n8n.exports import FOLDER, NAMES, needs_exports
from workflows import catalogue, services
from workflows.errors import InvalidDefinition
from workflows.graph.marked_fields import KINDS as MARK
from workflows.items import attached
from workflows.services.importing import Outcome

ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?")
DATA_MISSING = re.compile(
    r"(?i)cannot read propert|of (undefined|null)|is not iterable|invalid date|not an object|unexpected token"
    r"|is not valid json|unexpected end|must be an object|invalid time|not a function|date value"
)
"""What a program says that was given less than it expects: a guess of the test was poor, not our engine."""
NOT_THERE = ("WRONGTYPE", "42P01", "child_not_started")
"""A key that two kinds of nodes were given, a table and a workflow that the faked world does not have: it was asked."""
LEFT_BEHIND = ("42P07", "42710")
"""A table or an extension that is made, and that an earlier run has left in a database which was kept."""
JOINT = "joint"
POOR_GUESS = frozenset({"config_invalid", "no_file", "unreadable", "field_unwritable", "sheet_column_missing"})
"""The same, said by nodes: a required value that the guessed item does not have."""


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    valkey_address, number = valkey_at(settings.REDIS_URL)
    with (
        worlds.running() as faked,
        forwarded(postgres_at(connection.settings_dict)) as database,
        forwarded(valkey_address) as valkey,
        imap.running() as box,
    ):
        box.letters["INBOX"] = {3: b"From: ann@example.org\r\nSubject: Hi\r\n\r\nText"}
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}" for port in (faked.port, database, valkey, box.port)]
        settings.TELEGRAM_API_BASE_URL = f"{faked.url}/bot"
        settings.SHEETS_API_BASE_URL = faked.url
        settings.WORKFLOW_FOLDER = str(tmp_path)
        settings.EXPRESSION_ENV = {"GITHUB_REPOSITORY_OWNER": "shop", "GITHUB_REPOSITORY_NAME": "handbook"}
        (tmp_path / "table.csv").write_text(worlds.TABLE)
        faked.answers["/rest/images"] = {"value": {"uploadUrl": f"{faked.url}/bring", "image": "urn:li:image:1"}}
        faked.database, faked.mail, faked.redis = database, box.port, f"redis://127.0.0.1:{valkey}/{number}"
        yield faked


@needs_exports
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_converted_node_has_run(world: World, capsys: Any) -> None:
    editor = person()
    made: dict[str, str] = {}
    faults, whole, run, inside, counted = [], 0, 0, 0, 0
    for name in NAMES:
        [outcome] = services.import_files(user=editor, files=[(name, (FOLDER / "workflows" / name).read_bytes())])
        assert outcome.workflow is not None, outcome.error
        version = outcome.workflow.newest_version
        assert version is not None
        converted = _converted(outcome, version.definition)
        definition = _at_home(version.definition, made, editor, world)
        _pin_samples(outcome.workflow.id, definition, editor, world)
        for node in definition["nodes"]:
            if node["id"] not in converted:
                continue
            run += 1
            fault = _fault(outcome.workflow.id, node, definition, editor)
            if fault is not None:
                faults.append((name, node["data"]["label"], node["type"], fault))
        good = [told for told in outcome.nodes if told["type"] != "unsupported" and not told["reasons"]]
        inside += sum(told["partOf"] is not None for told in good)
        counted += len(good)
        whole += outcome.converted
    told = f"{whole} of {len(NAMES)} files converted in whole; {counted} nodes converted: {run} of them run, "
    with capsys.disabled():
        print(f"\n{told}{inside} inside of those, {len(faults)} failed")  # noqa: T201 - the numbers that are asked for
    assert not faults, "\n".join(map(str, faults))
    assert run + inside == counted


def _converted(outcome: Outcome, definition: dict[str, Any]) -> set[str]:
    """The ids of the nodes that the report calls converted, those that work inside others aside."""
    told = [one for one in outcome.nodes if one["partOf"] is None]
    return {
        node["id"]
        for node, one in zip(definition["nodes"], told, strict=True)
        if one["type"] != "unsupported" and not one["reasons"]
    }


def _pin_samples(workflow_id: Any, definition: dict[str, Any], editor: Any, world: World) -> None:
    given = samples(definition, world.url)
    named = {node["data"]["config"].get("picture") for node in definition["nodes"] if node["type"] == "linkedin-post"}
    picture = FileStore(accounts.default_project().pk).put(worlds.PICTURE, name="a.png", mime="image/png")
    services.pin(workflow_id=workflow_id, user=editor, node_id=JOINT, ports={"out": []})
    for node in definition["nodes"]:
        item = attached.with_files(
            {**world.anything(), **given[node["id"]]}, dict.fromkeys(filter(None, named), picture)
        )
        ports = {port: [item] for port in catalogue.facts(node["type"]).outputs}
        services.pin(workflow_id=workflow_id, user=editor, node_id=node["id"], ports=ports)


def _fault(workflow_id: Any, node: dict[str, Any], definition: dict[str, Any], editor: Any) -> Any:
    """Why the node did not run, where that is ours."""
    alone = _before(node, definition)
    asked = Asked(node["id"], alone=True, definition=alone, input_data={"name": "Ann"}, confirmed=True)
    try:
        run: Execution = run_test(workflow_id=workflow_id, user=editor, asked=asked)
    except InvalidDefinition as error:
        return str(error.details)[:600]
    drain()
    step = Step.objects.filter(execution=run, node_id=node["id"]).first()
    if step is None:
        return "there is no step"
    if step.status in ("succeeded", "waiting", "delayed"):
        return None
    fault = step.error or {}
    said = json.dumps(fault, ensure_ascii=False, default=str)
    if node["type"] == "stop" or fault.get("code") in POOR_GUESS:
        return None
    if fault.get("code") in ("code_failed", "expression_failed") and DATA_MISSING.search(said):
        return None
    if any(words in said for words in (*NOT_THERE, *LEFT_BEHIND)):
        return None
    if fault.get("code") == "forbidden_target" and not (fault.get("details") or {}).get("host"):
        return None  # an address that is none came out of the guessed items
    if _throws(node, str((fault.get("details") or {}).get("reason", ""))):
        return None
    return step.status, said[:600]


def _throws(node: dict[str, Any], reason: str) -> bool:
    """Whether the program itself says so: it did run, and did not like what it was given."""
    words = reason.removeprefix("Error: ")[:30]
    return bool(words) and words in str(node["data"]["config"].get("code", ""))


def _at_home(definition: dict[str, Any], made: dict[str, str], editor: Any, world: World) -> dict[str, Any]:
    """The definition with its addresses leading to the faked world, and credentials where nodes need some.

    A node that has no counterpart here stands as one that only gives what is pinned to it. Disabled ones are enabled:
    only so is shown that they work.
    """
    lost = {node["id"] for node in definition["nodes"] if node["type"] == "unsupported"}
    nodes = []
    for node in definition["nodes"]:
        config = safe_json.loads(ADDRESS.sub(world.url, safe_json.dumps(node["data"]["config"])).encode())
        _fill(config, catalogue.get(node["type"]).Config, lambda kinds: _chosen(kinds, made, editor, world))
        if node["type"] == "folder-read":
            config["path"] = "*.csv"
        kind = node["type"]
        if node["id"] in lost:
            kind, config = "noop", {}
        settings = {name: value for name, value in node["data"]["settings"].items() if name != "disabled"}
        nodes.append({**node, "type": kind, "data": {**node["data"], "config": config, "settings": settings}})
    edges = [
        {
            **edge,
            "sourceHandle": "out" if edge["source"] in lost else edge["sourceHandle"],
            "targetHandle": "in" if edge["target"] in lost else edge["targetHandle"],
        }
        for edge in definition["edges"]
    ]
    return {**definition, "nodes": nodes, "edges": edges}


def _before(node: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with all other nodes before this one: its own links in, and nothing of the rest's circles.

    Whatever else the node names comes through a joint that gives nothing. What nothing leads to, which n8n never runs,
    is fed by one of the others here.
    """
    name = node["id"]
    others = {one["id"]: one for one in definition["nodes"] if one["id"] != name}
    if _starts(node) or not others:
        return {**definition, "edges": []}
    into = [{**edge, "data": {}} for edge in definition["edges"] if edge["target"] == name != edge["source"]]
    if not into:
        into = [_edge(next(iter(others.values())), name)]
    sources = {edge["source"] for edge in into}
    through = [_edge(one, JOINT) for one in others.values() if one["id"] not in sources]
    if not through:
        return {**definition, "edges": into}
    joint = {"id": JOINT, "type": "noop", "data": {"label": JOINT, "config": {}}}
    handle = into[0].get("targetHandle")
    edges = [*into, *through, {"id": JOINT, "source": JOINT, "target": name, "targetHandle": handle}]
    return {**definition, "nodes": [*definition["nodes"], joint], "edges": edges}


def _edge(source: dict[str, Any], target: str) -> dict[str, Any]:
    first = catalogue.facts(source["type"]).outputs[0]
    return {"id": f"{source['id']}-{target}", "source": source["id"], "sourceHandle": first, "target": target}


def _starts(node: dict[str, Any]) -> bool:
    return catalogue.facts(node["type"]).starts


def _chosen(kinds: list[str], made: dict[str, str], editor: Any, world: World) -> str:
    """A credential of one of these kinds, made when it is first asked for."""
    kind = next((one for one in (BEARER, OAUTH2_REFRESH) if one in kinds), kinds[0])
    if kind not in made:
        made[kind] = _credential(kind, editor, world)
    return made[kind]


def _fill(config: dict[str, Any], model: Any, credential: Any) -> None:
    """Put a credential into every field of the config that names one and is empty, in the models inside it, too."""
    for name, said in model.model_fields.items():
        extra = said.json_schema_extra
        if isinstance(extra, dict) and MARK in extra:
            config[name] = config.get(name) or credential(extra[MARK])
        for inner in _models(said.annotation):
            held = config.get(said.alias or name)
            for one in held if isinstance(held, list) else [held]:
                if isinstance(one, dict) and _fits(one, inner):
                    _fill(one, inner, credential)


def _fits(config: dict[str, Any], model: Any) -> bool:
    """Whether the model knows all that is written: of several kinds of tools an object is one."""
    known = {said.alias or name for name, said in model.model_fields.items()}
    return set(config) <= known | set(model.model_fields)


def _models(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models(inner)]


def _credential(kind: str, editor: Any, world: World) -> str:
    login = KINDS[kind].login
    places = {
        "baseUrl": world.url,
        "tokenUrl": world.url,
        "host": "127.0.0.1",
        "port": str(world.mail),
        "security": "none",
    }
    settings = {name: places[name] for name in KINDS[kind].settings if name in places}
    database = connection.settings_dict
    value = {
        POSTGRES: f"postgresql://{database['USER']}@127.0.0.1:{world.database}/{database['NAME']}?sslmode=disable",
        REDIS: world.redis,
        TELEGRAM: "7:token-of-the-test",
        IMAP: imap.PASSWORD,
        OAUTH2_REFRESH: json.dumps({"client_id": "id", "client_secret": "secret", "refresh_token": "token"}),
        WEBHOOK: f"{world.url}/hook/secret-1234567890",
    }.get(kind, "secret-of-the-test")
    wanted = Wanted(
        name=f"{kind} of the test", value=value, login="ann" if login else "", hosts=["127.0.0.1"], settings=settings
    )
    return str(keeping_credentials.create(user=editor, kind=kind, wanted=wanted).pk)
