"""A node type for each vendor's table: its form is made from the table, and so is what it does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Union, cast

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BeforeValidator, Field, create_model

from integrations.vendors import shape
from integrations.vendors.client import VendorClient
from integrations.vendors.shape import Operation, Vendor
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.settings import RetryPolicy
from workflows.node_type import ConfigClass, Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

PAGE_SECONDS = 60.0
MOST_ITEMS = 100_000
ONCE = RetryPolicy()
READING = RetryPolicy(attempts=3, delay_seconds=3.0, cap_seconds=60.0)


def _as_text(value: Any) -> Any:
    """A number or a flag where a text belongs is written as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | Decimal) else value


Text = Annotated[str, BeforeValidator(_as_text)]
_TYPES: Mapping[str, Any] = {
    "text": Text,
    "number": int | float,
    "flag": bool,
    "object": dict[str, Any],
    "list": list[Any],
    "any": Any,
}
LIMIT = gettext_noop("Сколько самое большее")
LIMIT_ABOUT = gettext_noop("Сколько элементов прочитать; пусто — все")
OPERATION = gettext_noop("Действие")
OPERATION_ABOUT = gettext_noop("Что сделать")
CALL = gettext_noop("Вызов")
CALL_ABOUT = gettext_noop("Действие и его поля")


class _MadeFromTable:
    """The config class of a vendor's node, made when somebody first asks: most processes never see most vendors."""

    def __get__(self, _instance: Any, owner: type[VendorNode]) -> ConfigClass:
        return config_of(owner.vendor)


class VendorNode(NodeType):
    """Each item makes one call. Calls that must not be made twice are written down one by one."""

    vendor: ClassVar[Vendor]
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "io"
    timeout_seconds = 300.0
    retry = READING
    Config = cast(ConfigClass, _MadeFromTable())

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        """Tries again only what may be done twice."""
        call = config.get("call")
        named = call.get("operation") if isinstance(call, Mapping) else None
        found = next((one for one in cls.vendor.operations if one.name == named), None)
        return READING if found is not None and found.may_repeat else ONCE

    def run(self, context: NodeContext) -> Outcome:
        client = context.connect(VendorClient)
        several = len(context.items) > 1

        def ask(index: int) -> list[Item]:
            config = context.config_for(index)
            operation = self.vendor.operation(config.call.operation)
            values = config.call.model_dump(by_alias=True, exclude={"operation", "limit"})
            return client.call(
                self.vendor,
                operation,
                values,
                credential=config.credential,
                key=f"{context.idempotency_key}:{index}" if several else None,
                limit=getattr(config.call, "limit", None),
                timeout=PAGE_SECONDS,
            )

        first = context.config.call.operation
        keep_each = not self.vendor.operation(first).may_repeat
        found = for_each_item(context, ask, seconds=lambda _index: PAGE_SECONDS, keep_each=keep_each)
        if isinstance(found, Later):
            return found
        sources = [("in", index) for index, items in enumerate(found) for _one in items]
        context.log.info(gettext_noop("Элементов: %(count)s"), count=len(sources))
        return Done({"out": [item for items in found for item in items]}, {"out": sources})


@cache
def config_of(vendor: Vendor) -> ConfigClass:
    """The config of a vendor's node: which credential, and which operation with its fields."""
    calls = tuple(_call(vendor, operation) for operation in vendor.operations)
    union: Any = calls[0] if len(calls) == 1 else Annotated[Union[calls], Field(discriminator="operation")]  # noqa: UP007
    return create_model(
        f"{vendor.name.title().replace('-', '')}Config",
        __base__=node_type.Config,
        __module__=__name__,
        credential=(CredentialRef, CredentialField(*vendor.kinds, required=True)),
        call=(union, Field(title=CALL, description=CALL_ABOUT)),
    )


def _call(vendor: Vendor, operation: Operation) -> ConfigClass:
    fields: dict[str, Any] = {
        "operation": (_one_of(operation.name), Field(title=OPERATION, description=OPERATION_ABOUT))
    }
    fields |= {field.name: _field(field) for field in operation.fields if not field.hidden}
    if operation.paging is not None:
        limit = Field(default=None, ge=1, le=MOST_ITEMS, title=LIMIT, description=LIMIT_ABOUT)
        fields["limit"] = (int | None, limit)
    made = f"{vendor.name}-{operation.name}".title().replace("-", "")
    return create_model(made, __base__=node_type.Config, __module__=__name__, **fields)


def _one_of(*names: str) -> Any:
    """The type of a value that is one of these."""
    return Literal.__getitem__(names)


def _field(field: shape.Field) -> tuple[Any, Any]:
    of = _one_of(*field.choices) if field.choices else _TYPES[field.kind]
    said: dict[str, Any] = {"title": field.title, "description": field.about}
    if field.required:
        said |= {"min_length": 1} if of is Text else {}
        return of, Field(**said)
    return (of if field.default is not None else of | None), Field(default=field.default, **said)
