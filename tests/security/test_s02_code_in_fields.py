"""Programs in the fields of nodes, looked at before anybody has let them run."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from accounts.services import default_project
from tests.integration.executions import driving
from tests.unit.workflows.javascript.test_watched import watched
from workflows import catalogue, services

pytestmark = pytest.mark.django_db

CODE = (
    "__import__('os').system('id')",
    "require('child_process').execSync('id')",
    "{{ constructor.constructor('return 1')() }}",
    "{{ $json.a.constructor.constructor('return process')().exit() }}",
    "{% import os %}{{ os.popen('id').read() }}",
    "!!python/object/apply:os.system ['id']",
)


def everywhere(code: str) -> Any:
    """A node of every type, whose every field holds the code: as a text, as an element and as a key."""
    nodes: list[driving.NodeSpec] = []
    for node_type in catalogue.all_types():
        fields = node_type.Config.model_json_schema(by_alias=True).get("properties", {})
        for shape, value in (("text", code), ("list", [code]), ("object", {code: code})):
            nodes.append((f"{node_type.type}-{shape}", node_type.type, {"config": dict.fromkeys(fields, value)}))
    return driving.definition(nodes, [])


@pytest.mark.parametrize("code", CODE)
def test_code_in_every_field_of_every_node_has_no_effect_when_it_is_checked(code: str) -> None:
    """S2: `validate` is pure: the audit hook hears of no program, module or connection, and of no file that a plain
    word would not be looked for in, which are those of time zones.
    """
    project_id = default_project().pk
    assert "error" in {one["severity"] for one in services.validate_definition(everywhere(code), project_id=project_id)}
    assert fewest_asked(everywhere(code), project_id) <= fewest_asked(everywhere("plain"), project_id)


def fewest_asked(definition: Any, project_id: int) -> Counter[str]:
    """What is asked for each time: a process that is started anew for the check of programs asks for much, but once."""
    heard = []
    for _time in range(3):
        with watched() as seen:
            services.validate_definition(definition, project_id=project_id)
        heard.append(Counter(seen))
    return heard[0] & heard[1] & heard[2]
