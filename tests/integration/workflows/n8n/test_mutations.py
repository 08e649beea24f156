"""Exports that were damaged by chance: no error of ours, and nothing half stored."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from accounts.models import User
from tests.unit.workflows.n8n.exports import FOLDER, NAMES, document, links, node
from workflows import services
from workflows.models import Node, Workflow, WorkflowVersion

OWN = json.dumps(
    document(
        [
            node("Start", "manualTrigger"),
            node("Ответ 🚀", "if", version=2, parameters={"conditions": {"conditions": []}}),
            node(
                "Set",
                "set",
                version=3.4,
                parameters={"assignments": {"assignments": [{"name": "a", "value": "={{ 1 }}"}]}},
            ),
            node("Loop", "splitInBatches", version=3),
            node("Merge", "merge", version=3, parameters={"mode": "combine", "combineBy": "combineByPosition"}),
        ],
        links(("Start", "Ответ 🚀"), ("Ответ 🚀", "Set", 1), ("Set", "Loop"), ("Loop", "Merge", 1), ("Merge", "Loop")),
    ),
    ensure_ascii=False,
).encode()
PIECES = [
    b"null",
    b"[]",
    b"{}",
    b'""',
    b"-1",
    b"1e400",
    b'"\\ud800"',
    b'"\\u0000"',
    b"true",
    b"[[[[",
    b'{"node":5}',
    b"\xff",
]


def mutated(seeds: list[bytes], count: int, *, seed: int) -> Iterator[tuple[str, bytes]]:
    """Files with bytes changed, cut out, doubled, or replaced by something that JSON knows."""
    chance = random.Random(seed)
    for number in range(count):
        content = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(content) + 1)
            end = min(len(content), at + chance.randint(0, 40))
            how = chance.randrange(5)
            if how == 0:
                content[at:end] = b""
            elif how == 1:
                content[at:at] = content[at:end]
            elif how == 2 and at < len(content):
                content[at] = chance.randrange(256)
            else:
                _replace_a_value(content, chance)
        yield f"{number}.json", bytes(content)


def _replace_a_value(content: bytearray, chance: random.Random) -> None:
    """Put something else behind a colon, so that most files stay JSON of an odd shape."""
    colons = [place for place in range(len(content)) if content[place] == 58]
    if colons:
        start = chance.choice(colons) + 1
        end = min((at for at in (content.find(b",", start), content.find(b"}", start)) if at > 0), default=start)
        content[start:end] = chance.choice(PIECES)


def _hold(editor: User, seeds: list[bytes], count: int) -> None:
    outcomes = []
    files = list(mutated(seeds, count, seed=7))
    for start in range(0, count, 400):
        outcomes += services.import_files(user=editor, files=files[start : start + 400])

    stored = [outcome for outcome in outcomes if outcome.error is None]
    assert len(outcomes) >= count
    assert 0 < len(stored) < len(outcomes)
    assert Workflow.objects.count() == WorkflowVersion.objects.count() == len(stored)
    assert set(Node.objects.values_list("version__workflow", flat=True)) <= {
        outcome.workflow.id for outcome in stored if outcome.workflow
    }


def test_damaged_files_are_refused_or_stored_whole(editor: User) -> None:
    _hold(editor, [OWN], 2000)


@pytest.mark.long
def test_many_damaged_real_exports_are_refused_or_stored_whole(editor: User) -> None:
    real = [(FOLDER / "workflows" / name).read_bytes() for name in NAMES]
    _hold(editor, [OWN, *real], 20_000)
