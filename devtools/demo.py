"""`make demo`: the main job through the front door, from an empty machine to a finished run and its stored rows."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from devtools import console, serving
from devtools.environment import sandbox
from devtools.front_door import FrontDoor
from devtools.installation import Installation, Refused, installation, port_is_free
from devtools.live_view import RunView
from devtools.supervisor import Supervisor

SEED_WORKFLOW = Path(__file__).with_name("seed_workflow.json")
SEED_INPUT = Path(__file__).with_name("seed_input.json")
RUN_SECONDS = 180.0
STORED_SECONDS = 20.0
ANSWER_DELAY_SECONDS = 0.5
"""How long the sandbox thinks before each answer, so that there is something to watch."""
STORING_NODES = 3
"""How many nodes of the seed's workflow keep rows; each has a dataset of its own."""


def demo(arguments: Sequence[str]) -> int:
    """Start what does not run yet, show the run, stop what was started. Returns 1 when the run does not succeed."""
    parser = argparse.ArgumentParser(prog="dev.py demo", description="The main job, shown live.")
    parser.add_argument("--delay", type=float, default=ANSWER_DELAY_SECONDS, help="seconds before each answer of WB")
    options = parser.parse_args(arguments)
    home = installation()
    running = serving.running_here(home)
    if "web" in running:
        if not {"postgres", "valkey", "sandbox"} <= running.keys():
            raise Refused(
                "what runs here works with servers of your own, and the demo touches none: python3 dev.py stop"
            )
        console.say("Naryad runs here already: the demo is its guest")
        return show(home, str(running["web"].address), None)
    plan = replace(sandbox(home), sandbox_delay=options.delay)
    if not port_is_free(plan.port):
        raise Refused(f"port {plan.port} is taken: PORT=3050 make demo takes another one")
    with Supervisor(home) as supervisor:
        console.say("starting PostgreSQL, Valkey, web, workers, ticker, beat and a Wildberries sandbox")
        plan = serving.bring_up(supervisor, plan)
        if supervisor.stopping.is_set():
            return 130
        console.say(f"everything serves at {plan.url}")
        status = show(home, plan.url, supervisor)
        console.say("stopping what was started")
    return status


def show(home: Installation, url: str, supervisor: Supervisor | None) -> int:
    """Create the workflow, run it, draw its progress and its result."""
    terminal = Console(width=None if Console().is_terminal else 120)
    door = FrontDoor(url)
    editor = json.loads(home.credentials.read_text())["editor"]
    door.log_in(editor["username"], editor["password"])
    workflow = door.post_file("/workflows", SEED_WORKFLOW)
    console.say(f"workflow {workflow['code']} created: {workflow['name']}")
    execution = door.post_file(f"/workflows/{workflow['id']}/execute", SEED_INPUT)
    console.say(f"run {execution['id']} started")
    view = _watch(door, execution["id"], workflow["name"], terminal, supervisor)
    if supervisor is not None and supervisor.stopping.is_set():
        return 130
    if view.status != "succeeded":
        console.say(f"the run ended {view.status}: {_reason(view)}")
        return 1
    _print_result(door, execution["id"], terminal)
    _print_storage(door, workflow["id"], execution["id"], terminal)
    return 0


def _watch(door: FrontDoor, execution_id: str, title: str, terminal: Console, supervisor: Supervisor | None) -> RunView:
    deadline = time.monotonic() + RUN_SECONDS
    view = RunView(terminal, title)

    def is_over() -> bool:
        return view.is_over or (supervisor is not None and supervisor.stopping.is_set())

    with view:
        for frame in door.watch(execution_id, is_over):
            view.take(frame)
            if time.monotonic() > deadline:
                raise Refused(f"run {execution_id} is not finished after {RUN_SECONDS:.0f} s: it is {view.status}")
    return view


def _reason(view: RunView) -> str:
    error = view.error or view.step_error or {}
    return f"{error.get('code', 'no reason given')} {error.get('message', '')}".strip()


def _print_result(door: FrontDoor, execution_id: str, terminal: Console) -> None:
    """The items of the last step, as the API hands them out."""
    steps = door.get(f"/executions/{execution_id}/steps")["results"]
    last = steps[-1]
    items = [item for port in last["output"].values() for item in port]
    terminal.print(_as_table(last["label"], items))


def _as_table(title: str, items: Sequence[dict[str, Any]]) -> Table:
    table = Table(title=f"{title}: {len(items)} rows", title_justify="left")
    names = list(dict.fromkeys(name for item in items for name in item))
    for name in names:
        table.add_column(name, no_wrap=True, justify="right")
    for item in items:
        table.add_row(*(str(item.get(name, "")) for name in names))
    return table


def _print_storage(door: FrontDoor, workflow_id: str, execution_id: str, terminal: Console) -> None:
    """Where the raw and the processed rows lie. They are written after the run, so they are waited for."""
    deadline = time.monotonic() + STORED_SECONDS
    stored: dict[str, int] = {}
    datasets: list[dict[str, Any]] = []
    while time.monotonic() < deadline:
        datasets = door.get("/datasets", workflowId=workflow_id)["results"]
        stored = {dataset["name"]: _count(door, dataset["name"], execution_id) for dataset in datasets}
        if len(stored) >= STORING_NODES and all(stored.values()):
            break
        time.sleep(0.2)
    terminal.print("\nStored rows of this run (PostgreSQL, tables of `integrations`):")
    for dataset in datasets:
        name = dataset["name"]
        address = f"{door.url}/api/v1/datasets/{quote(name)}/rows?executionId={execution_id}"
        terminal.print(f"  {stored[name]:5} {dataset['kind']:9} {name}", highlight=False)
        terminal.print(f"        GET {address}", highlight=False, soft_wrap=True)
    terminal.print("  To look around (admin, API, the stored rows): make up")


def _count(door: FrontDoor, name: str, execution_id: str) -> int:
    return int(door.get(f"/datasets/{quote(name)}/rows", executionId=execution_id, pageSize="1")["count"])
