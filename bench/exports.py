"""`python -m bench.exports ROUNDS`: how fast exports of n8n are read, converted and looked at, without an installation.

The documents are made here, as large as real ones are: a median of 8 nodes, some of 23, few of 45 and more.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import asdict
from statistics import median
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from bench import figures  # noqa: E402 - after Django is set up
from bench.machine import Machine  # noqa: E402
from workflows.importers.n8n.definition import to_definition  # noqa: E402
from workflows.importers.n8n.document import read  # noqa: E402
from workflows.services.checking import validate_definition  # noqa: E402
from workflows.services.importing import look_at_files  # noqa: E402
from workflows.services.link_report import report_on_files  # noqa: E402

DOCUMENTS: Final = 2000
BATCH: Final = 400
KINDS: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    ("httpRequest", 4.2, {"url": "=https://example.org/{{ $json.id }}", "options": {}}),
    ("set", 3.4, {"assignments": {"assignments": [{"name": "a", "type": "string", "value": "={{ $json.b }}"}]}}),
    ("code", 2, {"jsCode": "return items.map(item => ({json: {...item.json, n: 1}}));"}),
    ("if", 2.2, {"conditions": {"combinator": "and", "conditions": []}}),
    ("telegram", 1.2, {"chatId": "1", "text": "={{ $json.text }}"}),
    ("merge", 3, {"mode": "append"}),
    ("noOp", 1, {}),
)


def main() -> int:
    """Measure, print the figures, and the summary as the last line."""
    rounds = int(sys.argv[1])
    files = [(f"{number}.json", json.dumps(_document(number)).encode()) for number in range(DOCUMENTS)]
    found = [_once(files) for _ in range(rounds)]
    summary: dict[str, Any] = {
        "work": "import",
        "documents": DOCUMENTS,
        "bytes": sum(len(content) for _name, content in files),
        "rounds": rounds,
        "import_seconds": round(median(found), 2),
        "machine": asdict(Machine.look()),
    }
    summary["promises"] = figures.judged(summary)
    print(f"import: {DOCUMENTS} exports read, converted, checked and reported on: {summary['import_seconds']} s")
    print(json.dumps(summary), flush=True)
    return 0


def _document(number: int) -> dict[str, Any]:
    """A chain with branches; the same in every run."""
    chance = random.Random(number)
    size = chance.choice((4, 6, 8, 8, 8, 12, 23, 45))
    names = [f"Node {place}" for place in range(size)]
    nodes = [{"id": "n0", "name": names[0], "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {}}]
    for place in range(1, size):
        kind, version, parameters = chance.choice(KINDS)
        node = {"type": f"n8n-nodes-base.{kind}", "typeVersion": version, "parameters": parameters}
        nodes.append({"id": f"n{place}", "name": names[place], "position": [place * 200, 0], **node})
    links = {
        names[place]: {"main": [[{"node": names[place + 1], "type": "main", "index": 0}]]} for place in range(size - 1)
    }
    return {"name": f"Export {number}", "nodes": nodes, "connections": links}


def _once(files: list[tuple[str, bytes]]) -> float:
    """Processor seconds for everything but storing: reading, converting, checking, and the report."""
    began = time.process_time()
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        look_at_files(files=batch)
        report_on_files(batch)
        for _name, content in batch:
            validate_definition(to_definition(read(json.loads(content))).definition)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
