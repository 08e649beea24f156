"""Pages of the admin: secrets that can be written and never read, messages that did not arrive, events, stored data."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.clock import Clock
from accounts.errors import DomainError
from accounts.models import User
from integrations import credentials, datasets, outbox, safe_json
from integrations.datasets import FORMATS, RowFilter
from integrations.downloads import stream
from integrations.models import Credential, Dataset, DatasetRow, Event, OutboxMessage


class ReadOnly(admin.ModelAdmin):
    """Rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CredentialForm(forms.ModelForm):
    """The secret goes in and never comes out: its fields are empty on every page, and empty means unchanged."""

    login = forms.CharField(
        label=_("Логин или имя заголовка"), required=False, help_text=_("Для видов «логин и пароль» и «заголовок»")
    )
    value = forms.CharField(
        label=_("Секрет"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    allowed_hosts = forms.CharField(
        label=_("Разрешённые адреса"),
        required=False,
        help_text=_("Имена через пробел; *.example.org разрешает поддомены; пусто — куда угодно"),
    )

    class Meta:
        model = Credential
        fields = ("project", "name", "kind", "allowed_hosts", "login", "value")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_new:
            self.fields["value"].required = True
        else:
            self.fields["value"].widget.attrs["placeholder"] = credentials.MASK
            self.fields["value"].help_text = _("Оставьте пустым, чтобы не менять")
            self.initial["allowed_hosts"] = " ".join(self.instance.allowed_hosts)

    @property
    def is_new(self) -> bool:
        return bool(self.instance._state.adding)

    def clean_allowed_hosts(self) -> list[str]:
        return str(self.cleaned_data["allowed_hosts"]).lower().split()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "kind" in self.changed_data and not self.is_new and not cleaned.get("value"):
            self.add_error("value", _("При смене вида введите секрет заново"))
        return cleaned

    def _post_clean(self) -> None:
        """Sealed after Django has copied the other fields into the row, so that errors land in the form."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.cleaned_data["value"]:
            return
        try:
            credentials.seal(self.instance, value=self.cleaned_data["value"], login=self.cleaned_data["login"])
        except DomainError as error:
            field = error.details.get("field")
            fault = ValidationError(str(error.message), code=error.code)
            self.add_error(field if field in self.fields else None, fault)


@admin.register(Credential)
class CredentialAdmin(admin.ModelAdmin):
    form = CredentialForm
    list_display = ("name", "project", "kind", "mask", "updated_at")
    list_filter = ("project", "kind")
    search_fields = ("name",)

    @admin.display(description=_("секрет"))
    def mask(self, credential: Credential) -> str:
        return credentials.MASK

    def get_readonly_fields(self, request: HttpRequest, obj: Credential | None = None) -> tuple[str, ...]:
        """The project is sealed into the secret and cannot change."""
        return () if obj is None else ("project",)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        if change:
            obj.updated_at = Clock()
        super().save_model(request, obj, form, change)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnly):
    """What waits, what went out and, above all, what did not arrive."""

    list_display = ("topic", "state", "tries", "created_at", "available_at", "what_failed")
    list_filter = ("state", "topic", "queue")
    search_fields = ("=id", "=dedupe_key", "=ordering_key")
    actions = ("send_again",)
    exclude = ("payload", "error", "lease_token")
    readonly_fields = ("content", "what_failed")
    show_full_result_count = False

    @admin.display(description=_("ошибка"))
    def what_failed(self, message: OutboxMessage) -> str:
        return f"{message.error['code']}: {message.error['message']}" if message.error else ""

    @admin.display(description=_("содержание"))
    def content(self, message: OutboxMessage) -> str:
        return safe_json.dumps(message.payload)

    @admin.action(description=_("Отправить снова"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        revived = outbox.send_again(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, _("Поставлено в очередь: %(count)s") % {"count": revived}, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.change_outboxmessage")


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What has happened, the newest first."""

    list_display = ("name", "subject", "source", "project", "at", "short")
    list_filter = ("project", "source")
    search_fields = ("=name", "=subject", "=dedupe_key")
    search_help_text = _("Имя, предмет или ключ от повторов целиком")
    exclude = ("payload",)
    readonly_fields = ("content",)
    show_full_result_count = False

    @admin.display(description=_("содержание"))
    def short(self, event: Event) -> str:
        return Truncator(safe_json.dumps(event.payload)).chars(200)

    @admin.display(description=_("содержание"))
    def content(self, event: Event) -> str:
        return safe_json.dumps(event.payload)


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    """Stored data by node: look at the rows, or take them away as a file."""

    list_display = ("name", "title", "project", "kind", "row_count", "updated_at", "rows_link", "downloads")
    list_filter = ("project", "kind", "node_type")
    search_fields = ("name", "title")
    readonly_fields = ("rows_link", "downloads")

    @admin.display(description=_("данные"))
    def rows_link(self, dataset: Dataset) -> SafeString:
        address = reverse("admin:integrations_datasetrow_changelist")
        return format_html('<a href="{}?dataset__id__exact={}">{}</a>', address, dataset.pk, _("строки"))

    @admin.display(description=_("скачать"))
    def downloads(self, dataset: Dataset) -> SafeString:
        links = [(reverse("admin:integrations_dataset_download", args=[dataset.pk, name]), name) for name in FORMATS]
        return format_html_join(" ", '<a href="{}">{}</a>', links)

    def get_urls(self) -> list[URLPattern]:
        download = path(
            "<uuid:pk>/download/<str:format>",
            self.admin_site.admin_view(self.download),
            name="integrations_dataset_download",
        )
        return [download, *super().get_urls()]

    def download(self, request: HttpRequest, pk: Any, format: str) -> HttpResponseBase:
        """The rows as a file; `executionId`, `from` and `to` narrow them down as in the API."""
        dataset = get_object_or_404(Dataset, pk=pk)
        if not self.has_view_permission(request, dataset):
            raise PermissionDenied
        if format not in FORMATS:
            raise Http404
        zone = zoneinfo.ZoneInfo(request.user.time_zone if isinstance(request.user, User) else "UTC")
        try:
            chosen = RowFilter.read(request.GET.dict(), zone)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return redirect("admin:integrations_dataset_changelist")
        return stream(request, dataset, datasets.rows_of(dataset, chosen), format)


@admin.register(DatasetRow)
class DatasetRowAdmin(ReadOnly):
    """Rows of a dataset, by run and date. Not in the index: one comes here from a dataset."""

    list_display = ("stored_at", "execution_id", "node_id", "position", "short")
    list_filter: ClassVar[tuple[str, ...]] = ("dataset", "stored_at")
    search_fields = ("=execution_id",)
    search_help_text = _("Номер запуска")
    exclude = ("payload",)
    readonly_fields = ("whole",)
    show_full_result_count = False

    @admin.display(description=_("данные"))
    def short(self, row: DatasetRow) -> str:
        return Truncator(safe_json.dumps(row.payload)).chars(200)

    @admin.display(description=_("данные"))
    def whole(self, row: DatasetRow) -> str:
        return safe_json.dumps(row.payload)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Without a dataset the list would run through every row of the installation."""
        if "dataset__id__exact" not in request.GET:
            return redirect("admin:integrations_dataset_changelist")
        return super().changelist_view(request, extra_context)
