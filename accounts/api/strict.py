"""Serializers that take exactly what they name: nothing is assigned by accident, nothing is ignored in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.errors import ReadOnlyField, UnknownField


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not have (`UnknownField`) and changes of read-only ones (`ReadOnlyField`).

    A read-only field that repeats the stored value is accepted, so that what was read can be written back.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
            self._refuse_changed(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            raise UnknownField(fields=unknown[:20])

    def _refuse_changed(self, data: Mapping[str, Any]) -> None:
        sent = [name for name, field in self.fields.items() if field.read_only and name in data]
        if not sent:
            return
        stored = {} if self.instance is None else self.to_representation(self.instance)
        changed = [name for name in sent if name not in stored or stored[name] != data[name]]
        if changed:
            raise ReadOnlyField(fields=changed)
