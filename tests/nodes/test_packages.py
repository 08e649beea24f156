"""Node types of installed packages: real distributions on `sys.path`, found by their entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks

from tests.nodes.context import run
from workflows import catalogue, packages
from workflows.node_type import Done

PING = """
from workflows.node_type import Done, NodeType, Port

class Ping(NodeType):
    type = "{type}"
    title = "Ping"
    description = "Marks every item."
    group = "data"
    inputs = (Port("in", "In"),)
    outputs = (Port("out", "Out"),)

    def run(self, context):
        return Done({{"out": [{{**item, "ping": True}} for item in context.items]}})
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution with one module and its entry point where Python finds it."""

    def put(name: str, source: str, entry: str = "{module}:Ping") -> None:
        module = name.replace("-", "_")
        home = tmp_path / name
        info = home / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (home / f"{module}.py").write_text(source)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{packages.GROUP}]\n{name} = {entry.format(module=module)}\n")
        monkeypatch.syspath_prepend(str(home))
        _forget()

    yield put
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    catalogue._foreign.cache_clear()
    catalogue.facts.cache_clear()


def test_a_node_type_of_a_package_joins_the_catalogue(install: Install) -> None:
    """S3-18: a node type is registered without touching the engine."""
    install("acme-nodes", PING.format(type="acme-ping"))

    assert run("acme-ping", {}, [{"n": 1}]) == Done({"out": [{"n": 1, "ping": True}]})
    assert catalogue.describe(catalogue.get("acme-ping"))["package"] == "acme-nodes"
    assert catalogue.facts("acme-ping").outputs == ("out",)
    assert catalogue.describe(catalogue.get("noop"))["package"] == ""
    assert catalogue.refused() == ()


@pytest.mark.parametrize(
    ("source", "entry", "reason"),
    [
        ("raise RuntimeError('no luck')", "{module}:Ping", "RuntimeError: no luck"),
        ("raise SystemExit(3)", "{module}:Ping", "SystemExit"),
        ("import a_module_that_is_not_there", "{module}:Ping", "ModuleNotFoundError"),
        ("", "{module}:Ping", "AttributeError"),
        ("class Ping: pass", "{module}:Ping", "no subclass"),
        (
            "from workflows.node_type import NodeType as N\nclass Ping(N): pass",
            "{module}:Ping",
            "does not say its type",
        ),
        (PING.format(type="Bad Name"), "{module}:Ping", "its type is not named"),
        (PING.format(type="acme-x").replace('Port("out"', 'Port("error"'), "{module}:Ping", "output `error`"),
        (PING.format(type="noop"), "{module}:Ping", "there is a node type noop already"),
    ],
)
def test_a_broken_package_is_told_of_and_harms_nobody(
    install: Install, request: pytest.FixtureRequest, source: str, entry: str, reason: str
) -> None:
    name = f"acme-broken-{abs(hash(request.node.name))}"
    install(name, source, entry)

    (refusal,) = catalogue.refused()
    assert (refusal.package, refusal.entry) == (name, name)
    assert reason in refusal.reason
    assert run("noop", {}, [{"n": 1}]) == Done({"out": [{"n": 1}]})
    (warning,) = [one for one in run_checks() if one.id == "workflows.W001"]
    assert name in warning.msg


def test_of_two_packages_with_one_name_the_first_wins(install: Install) -> None:
    install("acme-one", PING.format(type="acme-ping"))
    install("acme-two", PING.format(type="acme-ping"))

    assert catalogue.describe(catalogue.get("acme-ping"))["package"] == "acme-one"
    assert [refusal.package for refusal in catalogue.refused()] == ["acme-two"]
