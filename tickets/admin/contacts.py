"""Contacts with their tags and custom fields, and what was sent to them; by the person's role, as in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import services as accounts
from accounts.chips import Chip
from accounts.errors import DomainError
from accounts.read_only import ReadOnlyRows
from accounts.rows_by_role import RowsByRole
from tickets.admin.desk import Lines
from tickets.contacts import keeping, marking
from tickets.contacts.addresses import read_email, read_phone, read_tag, read_telegram_id
from tickets.models import Contact, ContactField, Delivery, Tag

COLOURS = {"sent": "success", "failed": "danger", "waiting": "info", "skipped": "warning"}


class ByRole(RowsByRole, ModelAdmin):
    """Rows of the address book of a project."""

    viewed_by = "contact.view"
    changed_by: ClassVar[str] = "contact.manage"
    removed_by: ClassVar[str] = "contact.manage"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        projects = accounts.project_ids(request.user, action="contact.view")
        return super().get_queryset(request).filter(project_id__in=projects)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Only projects whose rows the person may change are offered."""
        if db_field.name == "project":
            allowed = accounts.project_ids(request.user, action=self.changed_by)
            options["queryset"] = db_field.remote_field.model.objects.filter(id__in=allowed)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays in its project."""
        return self.readonly_fields if obj is None else ("project", *self.readonly_fields)


class ContactForm(forms.ModelForm):
    """Addresses as people write them, and tags in one line."""

    marks = forms.CharField(
        label=capfirst(_("метки")), required=False, help_text=_("Через запятую"), widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Contact
        fields = ("project", "name", "email", "phone", "telegram_id", "language")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            self.initial["marks"] = ", ".join(tag.name for tag in self.instance.tags.all())

    def clean_email(self) -> str | None:
        return self._read(read_email, "email")

    def clean_phone(self) -> str | None:
        return self._read(read_phone, "phone")

    def clean_telegram_id(self) -> int | None:
        return self._read(read_telegram_id, "telegram_id")

    def clean_marks(self) -> list[str]:
        return self._read(lambda said: [read_tag(mark) for mark in said.split(",") if mark.strip()], "marks")

    def _read(self, read: Any, field: str) -> Any:
        try:
            return read(self.cleaned_data[field])
        except DomainError as error:
            raise forms.ValidationError(str(error.message), code=error.code) from error


class DeliveryLines(Lines):
    model = Delivery
    fields = ("created_at", "channel", "state", "reason", "finished_at")
    readonly_fields = fields
    per_page = 20

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They stand on the page of the contact, and whoever may see that may see them."""
        return True


@admin.register(Contact)
class ContactAdmin(ByRole):
    """Every change is a verb of the address book, with its events."""

    changed_by = "contact.edit"
    form = ContactForm
    list_display = ("__str__", "email", "phone", "telegram_id", "marks_shown", "created_at")
    list_filter = ("project", ("tags", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "email", "phone", "=telegram_id")
    fields: ClassVar[Any] = (
        "project",
        "name",
        "email",
        "phone",
        "telegram_id",
        "language",
        "marks",
        "fields_shown",
        "email_unsubscribed_at",
        "email_unreachable_at",
        "telegram_unsubscribed_at",
        "telegram_unreachable_at",
        "created_at",
    )
    readonly_fields = (
        "fields_shown",
        "email_unsubscribed_at",
        "email_unreachable_at",
        "telegram_unsubscribed_at",
        "telegram_unreachable_at",
        "created_at",
    )
    inlines = (DeliveryLines,)
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Contact | None = None) -> Any:
        """A new contact has what people say of it; the rest comes with time."""
        return self.fields if obj else [name for name in self.fields if name not in self.readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).prefetch_related("tags")

    @display(description=_("метки"), label=True)
    def marks_shown(self, contact: Contact) -> list[str]:
        return [tag.name for tag in contact.tags.all()]

    @admin.display(description=_("поля"))
    def fields_shown(self, contact: Contact) -> str:
        return "; ".join(f"{key}: {value}" for key, value in contact.fields.items()) or "—"

    def save_model(self, request: HttpRequest, obj: Contact, form: ContactForm, change: bool) -> None:
        said = form.cleaned_data
        if change:
            columns = {name: said[name] for name in form.changed_data if name != "marks"}
            saved = keeping.change(contact=Contact.objects.get(pk=obj.pk), **columns)
        else:
            addresses = keeping.Addresses(said["email"], said["phone"], said["telegram_id"])
            saved = keeping.create(
                project_id=said["project"].pk, addresses=addresses, name=said["name"], language=said["language"]
            )
            obj.pk = saved.pk
            obj._state.adding = False
        had, wanted = {tag.name for tag in saved.tags.all()}, set(said["marks"])
        for mark in sorted(wanted - had):
            marking.add_tag(contact=saved, tag=mark)
        for mark in sorted(had - wanted):
            marking.remove_tag(contact=saved, tag=mark)

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        keeping.delete(contact=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        for contact in queryset:
            keeping.delete(contact=contact)


@admin.register(Tag)
class TagAdmin(ByRole):
    list_display = ("name", "project", "size", "created_at")
    list_filter = ("project",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(size=Count("taggings"))

    @admin.display(description=_("контактов"), ordering="size")
    def size(self, tag: Any) -> Any:
        address = reverse("admin:tickets_contact_changelist")
        return format_html('<a href="{}?tags__id__exact={}">{}</a>', address, tag.pk, tag.size)


@admin.register(ContactField)
class ContactFieldAdmin(ByRole):
    """The key and the type are said once: values are already written by them."""

    list_display = ("key", "title", "kind", "project")
    list_filter = ("project", "kind")
    search_fields = ("key", "title")

    def get_readonly_fields(self, request: HttpRequest, obj: ContactField | None = None) -> Any:
        return () if obj is None else ("project", "key", "kind")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyRows, ByRole):
    """What has become of every message to a contact; only sending writes here."""

    list_display = ("created_at", "contact", "channel", "state_shown", "reason", "run_link", "finished_at")
    list_filter = ("state", "channel", "project", "created_at")
    list_select_related = ("contact",)
    search_fields = ("=execution_id", "contact__name", "contact__email")
    show_full_result_count = False

    @display(description=_("состояние"), label=COLOURS, ordering="state")
    def state_shown(self, delivery: Delivery) -> Chip:
        return Chip(delivery.state, delivery.get_state_display())

    @admin.display(description=_("запуск"))
    def run_link(self, delivery: Delivery) -> str:
        if delivery.execution_id is None:
            return "—"
        address = reverse("admin:executions_execution_change", args=[delivery.execution_id])
        return format_html('<a href="{}">{}</a>', address, delivery.execution_id)
