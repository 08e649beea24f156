"""docs/api-guide.md against an installation: every command is run, in its order, and answered as the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests import leftovers
from tests.acceptance.naryad import ROOT, Naryad

pytestmark = pytest.mark.slow

PAGE: Final = ROOT / "docs" / "api-guide.md"
CALL: Final = re.compile(r"\bcurl\b")
ANSWER: Final = re.compile(r"# (\d{3})$")
OWN: Final = re.compile(r"^HOST=\S+ LOGIN=\S+ PASSWORD=…$")
"""The one line that the reader fills in."""
RECORDING: Final = (
    r"""curl() { command curl -w "%{stderr}${BASH_LINENO[0]} %{http_code} %{url_effective}\n" "$@" 2>> answers; }"""
)
"""Notes the page's line of each call and how it was answered; what it prints goes where the page wants it."""
FLOWS: Final = (
    *("/auth/token", "/auth/token/refresh", "/service-accounts", "/node-types", "/validate", "/publish", "/versions"),
    *(
        "Idempotency-Key",
        "?wait=",
        "/ws/executions/",
        "/socket.io/",
        "/result",
        "/logs",
        "/why",
        "/pause",
        "/resume",
        "/stop",
    ),
    *("/bulk", "/retry-plan", "/effects", "/steps/$S/retry", "/dead-letters/replay", "/dead-letters/resolve"),
    *("/schedules", "curl -s $HOOK", "curl -s $FORM", "/events", "/replay", "/credentials", "/variables"),
    *("/datasets", "/storage", "/workflows/import", "?as=n8n", "/link-report", "/contacts", "/deliveries"),
    *("/tickets", "/take", "/submit", "/confirm", "/attachments", "/executors", "/alerts", "/breakers", "/metrics"),
)
"""What people do over the API: each has its command on the page."""


def commands() -> dict[int, str]:
    """The lines of the page's shell blocks by number, from 1; a fence `bash` opens one."""
    found: dict[int, str] = {}
    within = False
    for number, line in enumerate(PAGE.read_text().splitlines(), 1):
        if line.startswith("```"):
            within = line == "```bash"
        elif within:
            found[number] = line
    return found


def calls() -> Iterator[tuple[range, str]]:
    """The lines of each call, and the status that its last one names; empty where it names none."""
    began = None
    for number, line in commands().items():
        if CALL.search(line):
            if began is not None:
                yield range(began, number), ""
            began = number
        if began is not None and (told := ANSWER.search(line)):
            yield range(began, number + 1), told[1]
            began = None
    if began is not None:
        yield range(began, began + 1), ""


def test_every_command_names_its_answer() -> None:
    assert [lines.start for lines, status in calls() if not status] == []


def test_every_flow_has_its_command() -> None:
    page = "\n".join(commands().values())
    assert [flow for flow in FLOWS if flow not in page] == []


def test_every_command_of_the_guide_is_answered_as_it_says(naryad: Naryad, tmp_path: Path) -> None:
    """Pasted into a shell from top to bottom, with nothing filled in but who and where one is."""
    last = max(commands())
    script = ["" if OWN.match(line := commands().get(number, "")) else line for number in range(2, last + 1)]
    admin = naryad.credentials()["admin"]
    answers = run(
        script,
        tmp_path,
        HOST=naryad.url,
        LOGIN=admin["username"],
        PASSWORD=admin["password"],
        METRICS_TOKEN=naryad.environment["METRICS_TOKEN"],
    )
    unasked, wrong = [], []
    for lines, status in calls():
        got = {(code, url) for number, code, url in answers if int(number) in lines}
        unasked += [] if got else [lines.start]
        wrong += [f"line {lines.start}: {url} is {code}, not {status}" for code, url in got if code != status]
    assert (unasked, wrong) == ([], [])


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.ru.md"])
def test_the_quick_start_gets_a_token_and_runs_a_workflow(naryad: Naryad, tmp_path: Path, page: str) -> None:
    """As it stands there, but for where this installation is."""
    (block,) = re.findall(r"```bash\n(PASSWORD=.*?)```", (ROOT / page).read_text(), re.DOTALL)
    here = block.replace("var/demo-credentials.json", str(naryad.var / "demo-credentials.json"))
    here = here.replace("http://127.0.0.1:3001", naryad.url).replace("@devtools", f"@{ROOT}/devtools")
    assert [code for _line, code, _url in run(here.splitlines(), tmp_path)] == ["200", "201", "200", "200"]


def run(script: Sequence[str], folder: Path, **variables: str) -> list[list[str]]:
    """Line (from 2), status and address of each call of a script. Skips the test where a program is missing."""
    if missing := [program for program in ("bash", "curl", "jq", "python3") if shutil.which(program) is None]:
        pytest.skip(f"not here: {missing}")
    told = "\n".join([f"set -u; {RECORDING}", *script])
    done = subprocess.run(
        ["bash", "-c", told],
        cwd=folder,
        env={**leftovers.mark(), "PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.split(" ", 2) for line in (folder / "answers").read_text().splitlines()]
