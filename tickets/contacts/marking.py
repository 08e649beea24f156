"""Tags and custom fields of contacts. A change that changes nothing tells nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from accounts.clock import Clock
from tickets.contacts.addresses import read_tag, read_value
from tickets.contacts.keeping import locked, tell
from tickets.errors import FieldTaken, FieldUnknown
from tickets.models import Contact, ContactField, Tag, Tagging


@transaction.atomic
def add_tag(*, contact: Contact, tag: str) -> bool:
    """Put the tag on the contact, made if the project has none of this name; whether it is new there.

    Emits `contact.tag_added`. Raises `TagInvalid`, `ContactNotFound`.
    """
    name = read_tag(tag)
    held = locked(contact.pk)
    mark = _tag(held.project_id, name)
    _tagging, fresh = Tagging.objects.get_or_create(tag=mark, contact=held)
    if fresh:
        tell(held, "contact.tag_added", {"tag": mark.name})
    return fresh


@transaction.atomic
def remove_tag(*, contact: Contact, tag: str) -> bool:
    """Take the tag off the contact; whether it was there. Emits `contact.tag_removed`. Raises as `add_tag`."""
    name = read_tag(tag)
    held = locked(contact.pk)
    rows = Tagging.objects.filter(contact=held, tag__project_id=held.project_id, tag__name__iexact=name)
    removed, _by_model = rows.delete()
    if removed:
        tell(held, "contact.tag_removed", {"tag": name})
    return bool(removed)


@transaction.atomic
def set_field(*, contact: Contact, key: str, value: Any) -> bool:
    """Write a custom field, an empty value clears it; whether that changed it. Emits `contact.field_changed`.

    Raises `FieldUnknown`, `FieldInvalid`, `ContactNotFound`.
    """
    held = locked(contact.pk)
    known = ContactField.objects.filter(project_id=held.project_id, key=key).first()
    if known is None:
        raise FieldUnknown(field=key)
    wanted = read_value(value, key=key, kind=known.kind)
    was = held.fields.get(key)
    if wanted == was and type(wanted) is type(was):
        return False
    held.fields = {name: kept for name, kept in held.fields.items() if name != key}
    if wanted is not None:
        held.fields[key] = wanted
    held.updated_at = Clock()
    held.save(update_fields=["fields", "updated_at"])
    tell(held, "contact.field_changed", {"field": key, "from": was, "to": wanted})
    return True


@transaction.atomic
def set_fields(*, contact: Contact, values: Mapping[str, Any]) -> None:
    """Write several custom fields, all or none. Raises as `set_field`."""
    for key, value in values.items():
        set_field(contact=contact, key=key, value=value)


def define_field(*, project_id: int, key: str, title: str, kind: str) -> ContactField:
    """A custom field for all contacts of the project; raises `FieldTaken`."""
    try:
        with transaction.atomic():
            return ContactField.objects.create(project_id=project_id, key=key, title=title, kind=kind)
    except IntegrityError as error:
        raise FieldTaken(field=key) from error


def fields_of(project_ids: list[int]) -> QuerySet[ContactField]:
    """The custom fields of projects, by key."""
    return ContactField.objects.filter(project_id__in=project_ids).order_by("key", "id")


def tags_of(project_ids: list[int]) -> QuerySet[Tag]:
    """The tags of projects by name, each with `size`: how many contacts have it."""
    return Tag.objects.filter(project_id__in=project_ids).annotate(size=Count("taggings")).order_by("name", "id")


def _tag(project_id: int, name: str) -> Tag:
    """The project's tag of this name, whatever its case; two who make it at once get the same."""
    named = Tag.objects.filter(project_id=project_id, name__iexact=name)
    found = named.first()
    if found is None:
        Tag.objects.bulk_create([Tag(project_id=project_id, name=name)], ignore_conflicts=True)
        found = named.get()
    return found
