"""Sends a plain command to a Redis or Valkey server, once per input item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations.credential_kinds import REDIS
from integrations.redis_door import COMMANDS, EXPIRING, READING, TWICE_AS_ONCE, RedisDoor
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.fields import FieldPath
from workflows.graph.settings import RetryPolicy
from workflows.items import paths
from workflows.items.editing import with_value
from workflows.node_type import Done, Item, NodeContext, NodeType, Port

Name = Literal[
    "get", "read", "find", "set", "del", "exists", "incr", "incrby", "decr", "expire", "ttl", "lpush", "rpush", "lpop",
    "rpop", "lrange", "llen", "hget", "hset", "hdel", "hgetall", "sadd", "srem", "smembers", "publish",
]  # fmt: skip


class Command(node_type.Config):
    """One command; the key of `publish` is the channel."""

    credential: CredentialRef = CredentialField(REDIS, required=True)
    command: Name = Field(
        title=gettext_noop("Команда"),
        description=gettext_noop(
            "Например get, set, incr, lpush; read — значение любого вида, find — значения ключей по образцу"
        ),
    )
    key: str = Field(
        min_length=1,
        max_length=1000,
        title=gettext_noop("Ключ"),
        description=gettext_noop("С чем работает команда; для publish – канал"),
    )
    arguments: list[Any] = Field(
        default_factory=list,
        max_length=1000,
        title=gettext_noop("Аргументы"),
        description=gettext_noop("Что следует за ключом; объекты и списки записываются как JSON"),
    )
    expireSeconds: int | None = Field(  # noqa: N815 - a field of the definition
        default=None,
        ge=1,
        title=gettext_noop("Срок жизни"),
        description=gettext_noop("Через сколько секунд ключ исчезнет после записи; пусто – никогда"),
    )
    output: Literal["answer", "item", "field"] = Field(
        default="answer",
        title=gettext_noop("Что отдать"),
        description=gettext_noop(
            "answer — {key, result}, item — элемент без изменений, field — ответ в названном поле"
        ),
    )
    field: FieldPath | None = Field(
        default=None,
        title=gettext_noop("Поле ответа"),
        description=gettext_noop("Для field: путь к полю нового элемента; пусто — сами значения по ключам (find)"),
    )

    @model_validator(mode="after")
    def _complete(self) -> Command:
        fewest, most = COMMANDS[self.command]
        if len(self.arguments) < fewest or (most is not None and len(self.arguments) > most):
            raise ValueError(gettext_noop("у этой команды другое число аргументов"))
        if self.expireSeconds is not None and self.command not in EXPIRING:
            raise ValueError(gettext_noop("срок жизни задаётся только тому, что записывают"))
        return self


class RedisCommand(NodeType):
    """The answer leaves as `{"key", "result"}`, unless the config wants something else."""

    type = "redis-command"
    title = _("Команда Redis")
    description = _("Выполняет команду на сервере Redis или Valkey для каждого элемента и передаёт дальше её ответ")
    group = "data"
    Config = Command
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    repeatable = False
    retry = RetryPolicy(attempts=3, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return config.get("command") not in READING

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        """Tries again by itself only what may be done twice: after a failure nobody knows what was counted or put into
        a list already, by this item and by those before it."""
        return cls.retry if config.get("command") in TWICE_AS_ONCE else RetryPolicy()

    def run(self, context: NodeContext) -> Done:
        """One command after the other."""
        door = context.connect(RedisDoor)
        answers: list[Item] = []
        for index in range(len(context.items)):
            asked: Command = context.config_for(index)
            answer = door.run(
                asked.credential, asked.command, asked.key, asked.arguments, expire_seconds=asked.expireSeconds
            )
            answers.append(_told(asked, answer, context.items[index]))
        return Done({"out": answers})


def _told(asked: Command, answer: Any, item: Item) -> Item:
    if asked.output == "item":
        return item
    if asked.output == "answer":
        return {"key": asked.key, "result": answer}
    if asked.field is None:
        return answer if isinstance(answer, dict) else {"data": answer}
    return with_value({}, paths.parse(asked.field), answer)
