"""What the pages tell exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devtools.commands import COMMANDS, command
from devtools.processes import RUNNABLE
from tests.architecture.tree import ROOT, files, name

PAGES = [path for path in files() if path.suffix == ".md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_a_page_exists(page: Path) -> None:
    text = page.read_text()
    assert set(re.findall(r"\bdev\.py ([a-z]+)\b", text)) <= COMMANDS.keys()
    assert set(re.findall(r"\bdev\.py run ([a-z-]+)", text)) <= set(RUNNABLE)
    assert set(re.findall(r"(?:^|[`\n])make ([a-z-]+)", text)) <= TARGETS


@pytest.mark.parametrize(
    ("page", "other"), [("README.md", "docs/quickstart.ru.md"), ("docs/quickstart.ru.md", "README.md")]
)
def test_the_quick_start_says_the_same_in_both_languages(page: str, other: str) -> None:
    told = (ROOT / other).read_text()
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    commands = [re.sub(r"\s+# .*", "", line).rstrip() for block in blocks for line in block.splitlines()]
    assert [command for command in commands if command not in told] == []


def test_the_door_explains_every_command() -> None:
    door = (ROOT / "dev.py").read_text()
    assert set(re.findall(r"python3 dev\.py ([a-z]+)", door)) == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_leads_to_a_function(name: str) -> None:
    assert callable(command(name))
