"""Serializers that take exactly what they name: nothing is assigned by accident, nothing is ignored in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.errors import ReadOnlyField, UnknownField

MOST_CHOICES = 30
"""Of more than these nobody reads the list."""


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not have (`UnknownField`) and changes of read-only ones (`ReadOnlyField`).

    A read-only field that repeats the stored value is accepted, so that what was read can be written back. Who chooses
    what is not there is told what may be chosen.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values():
            _name_choices(field)
        return fields

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


def _name_choices(field: serializers.Field) -> None:
    chosen = field.child if isinstance(field, serializers.ListField) else field
    if isinstance(chosen, serializers.ChoiceField) and len(chosen.choices) <= MOST_CHOICES:
        names = ", ".join(map(str, chosen.choices)).replace("{", "{{").replace("}", "}}")
        text = _("Значения {input} нет среди допустимых: {choices}")
        chosen.error_messages = {**chosen.error_messages, "invalid_choice": text.replace("{choices}", names)}
