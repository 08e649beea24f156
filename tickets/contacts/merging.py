"""Two rows for one person become one."""

from __future__ import annotations

from django.db import transaction

from accounts.clock import Clock
from tickets.contacts.keeping import FIELDS, get, locked, tell
from tickets.errors import ContactTaken
from tickets.models import Contact, Delivery, Tagging

KEPT = ("name", "language")
REACH = (
    "email_unsubscribed_at",
    "email_unreachable_at",
    "telegram_unsubscribed_at",
    "telegram_unreachable_at",
)


@transaction.atomic
def merge(*, into: Contact, other: Contact) -> Contact:
    """Give `into` all that it lacks of `other` (addresses, name, fields, tags, deliveries) and delete `other`.

    Where both have a value, that of `into` stays; a wish not to be written to is kept whoever had it. Emits
    `contact.merged`. Raises `ContactTaken` for one contact told twice, `ContactNotFound`.
    """
    if into.pk == other.pk:
        raise ContactTaken(field="contactId")
    first, second = sorted((into.pk, other.pk))  # two who merge the same pair do not wait for each other
    rows = {key: locked(key, into.project_id) for key in (first, second)}
    kept, gone = rows[into.pk], rows[other.pk]
    Tagging.objects.filter(contact=gone).exclude(tag__taggings__contact=kept).update(contact=kept)
    Delivery.objects.filter(contact=gone).exclude(
        batch__in=Delivery.objects.filter(contact=kept).values("batch")
    ).update(contact=kept)
    gone_id = gone.pk
    gone.delete()
    for column in (*FIELDS, *KEPT, *REACH):
        if not getattr(kept, column):
            setattr(kept, column, getattr(gone, column))
    kept.former_ids = [*kept.former_ids, gone_id, *gone.former_ids]
    kept.fields = {**gone.fields, **kept.fields}
    kept.updated_at = Clock()
    kept.save()
    tell(kept, "contact.merged", {"merged": str(other.pk)})
    return get(contact_id=kept.pk, project_id=kept.project_id)
