"""Rights of the admin as their reader calls them.

Django writes a right's name into its row when it migrates, by the names that tables have in the source: Russian here,
and its own verbs English. What is shown is made when it is shown.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import Permission
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

VERBS: Final = {
    "add": gettext_noop("добавлять"),
    "change": gettext_noop("изменять"),
    "delete": gettext_noop("удалять"),
    "view": gettext_noop("смотреть"),
}


def label(permission: Permission) -> str:
    """`App | table | what may be done`, in the language of the moment; needs the right's `content_type`."""
    verb, _, _table = permission.codename.partition("_")
    return f"{permission.content_type} | {gettext(VERBS[verb]) if verb in VERBS else permission.name}"


class PermissionsField(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label(obj)


class LabelledPermissions:
    """For the pages of an admin whose rows hold rights."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        if db_field.related_model is Permission:
            kwargs |= {"form_class": PermissionsField, "queryset": Permission.objects.select_related("content_type")}
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
