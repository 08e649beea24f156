"""The JSON of contacts: what is read, and what may be written."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from tickets.contacts.addresses import LARGEST_TELEGRAM_ID
from tickets.contacts.facts import tag_names
from tickets.models import Channel, Contact, ContactField, Delivery

ANY_OBJECT = {"type": "object", "additionalProperties": True}


@extend_schema_field(ANY_OBJECT)
class FieldsField(serializers.DictField):
    """Custom fields by key, with the digits of numbers kept."""

    def to_representation(self, value: Any) -> Any:
        return value


class ContactShape(serializers.Serializer):
    """A contact. What is empty is null; `unsubscribed` and `unreachable` say since when a channel is left alone."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    telegramId = serializers.IntegerField(source="telegram_id", allow_null=True)
    language = serializers.CharField()
    tags = serializers.SerializerMethodField()
    fields = FieldsField()  # type: ignore[assignment]  # also an attribute of Serializer
    emailUnsubscribedAt = serializers.DateTimeField(source="email_unsubscribed_at", allow_null=True)
    emailUnreachableAt = serializers.DateTimeField(source="email_unreachable_at", allow_null=True)
    telegramUnsubscribedAt = serializers.DateTimeField(source="telegram_unsubscribed_at", allow_null=True)
    telegramUnreachableAt = serializers.DateTimeField(source="telegram_unreachable_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tags(self, contact: Contact) -> list[str]:
        return tag_names(contact)


class WrittenContact(StrictSerializer):
    """What may be said about a contact. Phones are taken in any usual notation."""

    name = serializers.CharField(max_length=255, allow_blank=True, required=False)
    email = serializers.CharField(max_length=254, allow_null=True, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=40, allow_null=True, allow_blank=True, required=False)
    telegramId = serializers.IntegerField(
        source="telegram_id", min_value=1, max_value=LARGEST_TELEGRAM_ID, allow_null=True, required=False
    )
    language = serializers.CharField(max_length=10, allow_blank=True, required=False)
    emailUnsubscribed = serializers.BooleanField(required=False, help_text="Whether no mail may be sent")
    telegramUnsubscribed = serializers.BooleanField(required=False, help_text="Whether no message may be sent")


class TagsRequest(StrictSerializer):
    """Tags to put on and to take off, in this order."""

    add = serializers.ListField(child=serializers.CharField(max_length=100), max_length=100, default=list)
    remove = serializers.ListField(child=serializers.CharField(max_length=100), max_length=100, default=list)


class MergeRequest(StrictSerializer):
    """The contact that is to become a part of the one in the address."""

    contactId = serializers.UUIDField()


class ImportRequest(StrictSerializer):
    """A CSV table; its first row names the columns."""

    csv = serializers.CharField(max_length=5_000_000, trim_whitespace=False)
    delimiter = serializers.ChoiceField(choices=[",", ";", "\t"], default=",")
    project = serializers.SlugField(required=False, help_text="Code of the project; the person's own by default.")


class ImportFaultShape(serializers.Serializer):
    row = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class ImportedShape(serializers.Serializer):
    """How many rows made a contact, how many belonged to a known one, and which could not be taken."""

    created = serializers.IntegerField()
    known = serializers.IntegerField()
    faults = ImportFaultShape(many=True)


class TagShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    contacts = serializers.IntegerField(source="size", help_text="How many contacts have it")


class FieldShape(StrictSerializer):
    """A custom field of contacts."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.RegexField(r"^[A-Za-z_][A-Za-z0-9_]*\Z", max_length=50)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=ContactField.Kind.choices, default=ContactField.Kind.TEXT)


class DeliveryShape(serializers.Serializer):
    """One message to one contact; `reason` is a code, empty when nothing was in the way."""

    id = serializers.IntegerField()
    contactId = serializers.UUIDField(source="contact_id")
    executionId = serializers.UUIDField(source="execution_id", allow_null=True)
    channel = serializers.ChoiceField(choices=Channel.choices)
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    reason = serializers.CharField()
    createdAt = serializers.DateTimeField(source="created_at")
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
