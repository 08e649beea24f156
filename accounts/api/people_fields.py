"""How a person looks in JSON: the fields that `/users` and `/me` share."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from accounts.models import ServiceAccount, User, check_time_zone
from accounts.roles import Role
from accounts.services import DEFAULT_PROJECT

LANGUAGES = User._meta.get_field("language").choices or []
LARGEST_TELEGRAM_ID = 2**52


class PasswordField(serializers.CharField):
    """Taken as it is typed and never given back; the length is limited because hashing costs time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(write_only=True, trim_whitespace=False, max_length=1024, **options)


@extend_schema_field({"type": "array", "items": {"type": "string", "enum": [role.value for role in Role]}})
class RolesField(serializers.ListField):
    """The roles in the default project; of several the highest counts, so one or none is given back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.ChoiceField([role.value for role in Role]), max_length=10, **options)

    def get_attribute(self, instance: User | ServiceAccount) -> list[str]:
        user = instance.user if isinstance(instance, ServiceAccount) else instance
        return [member.role for member in user.memberships.all() if member.project.code == DEFAULT_PROJECT]


class PersonSerializer(StrictSerializer):
    """What a person may know and an admin may change about a person."""

    id = serializers.IntegerField(read_only=True)
    username = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=255, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = serializers.RegexField(
        r"^\+[1-9]\d{6,14}\Z",
        max_length=16,
        allow_null=True,
        required=False,
        error_messages={"invalid": _("Телефон записывается как +79001234567")},
    )
    phoneVerifiedAt = serializers.DateTimeField(source="phone_verified_at", read_only=True, allow_null=True)
    language = serializers.ChoiceField(
        LANGUAGES, allow_blank=True, required=False, help_text="Empty: what `Accept-Language` asks for."
    )
    timeZone = serializers.CharField(source="time_zone", max_length=64, required=False, validators=[check_time_zone])
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)


class UsernameField(serializers.CharField):
    """A login as Django takes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=150, validators=[UnicodeUsernameValidator()], **options)
