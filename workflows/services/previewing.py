"""What an expression gives on real data, before anything is run: for the person who is writing it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from integrations import safe_json
from workflows import javascript
from workflows.graph import expressions
from workflows.items.outputs import Seen, Shared, Unresolved
from workflows.javascript import Earlier, Surroundings
from workflows.models import Workflow
from workflows.services import scripting, wording
from workflows.services.variables import variable_values

LONGEST: Final = 4_000
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Sample:
    """The data on which an expression is tried: the items that reach the node, and those of earlier nodes by name."""

    items: Sequence[Any] = ()
    nodes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    input_data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Previewed:
    """`text` is the value as JSON, or as it is where it is a text; with an `error` there is none."""

    text: str = ""
    kind: str = "null"
    is_cut: bool = False
    error: str | None = None


def preview(*, workflow: Workflow, text: str, sample: Sample, index: int = 0) -> Previewed:
    """What `text` gives for one item. Programs run in the jail, with its limits, and nowhere else."""
    config = {"text": text}
    faults = expressions.problems(config)
    if faults:
        return Previewed(error=wording.filled(faults[0].message, faults[0].params))
    needs = expressions.needs(config)
    unknown = sorted(needs.nodes - sample.nodes.keys())
    if unknown:
        return Previewed(
            error=_("Данных узла «%(node)s» нет: запустите процесс или закрепите их") % {"node": unknown[0]}
        )
    constant = _constant(workflow, sample, needs)
    try:
        rows = scripting.values_of(config, sample.items[: index + 1] or [{}], _surroundings(sample, constant))
        found = expressions.render(config, {**_scope(sample, index, constant), expressions.VALUES: rows[-1]})
    except scripting.NotComputed as error:
        return Previewed(error=wording.filled(error.fault.message, error.fault.params))
    except Unresolved as error:
        return Previewed(error=wording.filled(error.message, error.params))
    except javascript.Busy:
        return Previewed(error=_("Сейчас вычислить некому: попробуйте ещё раз"))
    return _shown(found["text"])


def _constant(workflow: Workflow, sample: Sample, needs: expressions.Needs) -> dict[str, Any]:
    about = {"id": str(workflow.pk), "code": workflow.code, "name": workflow.name}
    return {
        "$execution": {"id": "", "mode": "test", "inputData": sample.input_data},
        "$executionId": "",
        "$workflow": {**about, "active": workflow.active_version_id is not None},
        "$vars": variable_values(workflow.project_id) if "$vars" in needs.names else {},
        "$env": settings.EXPRESSION_ENV,
        "$runIndex": 0,
        "$prevNode": {"name": next(iter(sample.nodes), ""), "outputIndex": 0, "runIndex": 0},
    }


def _scope(sample: Sample, index: int, constant: Mapping[str, Any]) -> dict[str, Any]:
    item = sample.items[index] if index < len(sample.items) else {}
    return {
        "$json": item,
        "$itemIndex": index,
        expressions.INPUT: Seen(Shared(sample.items), index if sample.items else None, index),
        expressions.NODES: {
            name: Seen(Shared(items, name), _origin(sample, items, index), index)
            for name, items in sample.nodes.items()
        },
        **constant,
    }


def _origin(sample: Sample, items: Sequence[Any], index: int) -> int | None:
    """Where an item came from is taken to be its own place, while the numbers of items allow that."""
    return index if len(items) == len(sample.items) else None


def _surroundings(sample: Sample, constant: Mapping[str, Any]) -> Surroundings:
    places = range(len(sample.items))
    return Surroundings(
        items=sample.items or [{}],
        now=int(time.time() * 1000),
        nodes={
            name: Earlier(items, [_origin(sample, items, place) for place in places])
            for name, items in sample.nodes.items()
        },
        variables=constant["$vars"],
        environment=constant["$env"],
        workflow=constant["$workflow"],
        execution=constant["$execution"],
        previous=constant["$prevNode"],
        zone=settings.TIME_ZONE,
    )


_KINDS: Final = ((bool, "boolean"), (str, "string"), (list, "array"), (dict, "object"), (type(None), "null"))


def _shown(value: Any) -> Previewed:
    kind = next((name for kind, name in _KINDS if isinstance(value, kind)), "number")
    text = value if isinstance(value, str) else safe_json.dumps(value)
    return Previewed(text[:LONGEST], kind, len(text) > LONGEST)
