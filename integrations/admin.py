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
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.clock import Clock
from accounts.errors import DomainError
from accounts.models import User
from accounts.read_only import ReadOnlyRows
from integrations import credentials, datasets, keeping_credentials, outbox, safe_json, shipments
from integrations.datasets import FORMATS, RowFilter
from integrations.downloads import stream
from integrations.errors import SecretNeeded
from integrations.models import (
    Credential,
    Dataset,
    DatasetRow,
    OutboxMessage,
    RejectedRow,
    Shipment,
    StoredFile,
    Talk,
    WarehouseLoad,
    WarehouseTable,
)
from integrations.secret import MASK
from integrations.wildberries import token_card


class ReadOnly(ReadOnlyRows, ModelAdmin):
    """Rows that only the product itself writes."""


class CredentialForm(forms.ModelForm):
    """The secret goes in and never comes out: its fields are empty on every page, and empty means unchanged."""

    login = forms.CharField(
        label=_("Логин или имя заголовка"),
        required=False,
        help_text=_("Для видов «логин и пароль» и «заголовок»"),
        widget=UnfoldAdminTextInputWidget,
    )
    value = forms.CharField(
        label=_("Секрет"),
        required=False,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    allowed_hosts = forms.CharField(
        label=_("Разрешённые адреса"),
        required=False,
        help_text=_("Имена через пробел; *.example.org разрешает поддомены; пусто — куда угодно"),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Credential
        fields = ("project", "name", "kind", "settings", "allowed_hosts", "shared_with", "login", "value")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_new:
            self.fields["value"].required = True
        else:
            self.fields["value"].widget.attrs["placeholder"] = MASK
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
        if not self.is_new and not cleaned.get("value") and self._is_diverted(cleaned):
            self.add_error("value", SecretNeeded.message)
        return cleaned

    def clean_settings(self) -> dict[str, Any]:
        return self.cleaned_data["settings"] or {}

    def _is_diverted(self, cleaned: dict[str, Any]) -> bool:
        """Whether the secret would go somewhere else, which takes somebody who has it."""
        hosts = str(self.initial["allowed_hosts"]).split()
        same = (cleaned.get("settings"), cleaned.get("allowed_hosts")) == (self.initial.get("settings"), hosts)
        return not same or bool(cleaned.get("login"))

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
class CredentialAdmin(ModelAdmin):
    form = CredentialForm
    list_display = ("name", "project", "kind", "mask", "updated_at")
    list_filter = ("project", "kind")
    search_fields = ("name",)

    def get_urls(self) -> list[URLPattern]:
        page = path("wildberries-token/", self.admin_site.admin_view(self.wildberries_token), name="wildberries_token")
        return [page, *super().get_urls()]

    def wildberries_token(self, request: HttpRequest) -> HttpResponse:
        """The card of the installation's token; `?ping=1` asks Wildberries."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        card = token_card.look(ping=request.GET.get("ping") == "1")
        context = {**self.admin_site.each_context(request), "title": _("Токен Wildberries"), "card": card}
        return TemplateResponse(request, "admin/integrations/wildberries_token.html", context)

    @admin.display(description=_("секрет"))
    def mask(self, credential: Credential) -> str:
        return MASK

    def get_readonly_fields(self, request: HttpRequest, obj: Credential | None = None) -> tuple[str, ...]:
        """The project is sealed into the secret and cannot change."""
        return () if obj is None else ("project",)

    def has_delete_permission(self, request: HttpRequest, obj: Credential | None = None) -> bool:
        """One by one, and not while a published workflow names it."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not keeping_credentials.users_of(obj.pk)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        if change:
            obj.updated_at = Clock()
        super().save_model(request, obj, form, change)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnly):
    """What waits, what went out and, above all, what did not arrive."""

    list_display = ("topic", "state_shown", "tries", "created_at", "available_at", "what_failed")
    list_filter = ("state", "topic", "queue")
    search_fields = ("=id", "=dedupe_key", "=ordering_key")
    actions = ("send_again",)
    exclude = ("payload", "error", "lease_token")
    readonly_fields = ("content", "what_failed")
    show_full_result_count = False

    @display(
        description=_("состояние"), ordering="state", label={"dead": "danger", "sent": "success", "sending": "info"}
    )
    def state_shown(self, message: OutboxMessage) -> tuple[str, str]:
        return message.state, message.get_state_display()

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


@admin.register(WarehouseTable)
class WarehouseTableAdmin(ReadOnly):
    """Tables of BigQuery, and which key of a row became which column."""

    list_display = ("name", "kind", "dataset", "location", "next_at")
    list_filter = ("kind",)
    search_fields = ("name", "dataset__name")


@admin.register(WarehouseLoad)
class WarehouseLoadAdmin(ReadOnly):
    """Load jobs, the newest first. One without a time of loading is still tried; its error says why."""

    list_display = ("job", "table", "rows", "rejected", "created_at", "loaded_at", "what_failed")
    list_filter = (("loaded_at", admin.EmptyFieldListFilter),)
    search_fields = ("=id", "table__name")
    exclude = ("error",)
    readonly_fields = ("what_failed",)
    show_full_result_count = False

    @admin.display(description=_("задание"))
    def job(self, load: WarehouseLoad) -> str:
        return load.job_id

    @admin.display(description=_("ошибка"))
    def what_failed(self, load: WarehouseLoad) -> str:
        if not load.error:
            return ""
        answer = load.error["details"].get("answer") or load.error["details"].get("reason") or ""
        return f"{load.error['code']}: {load.error['message']} {answer}".rstrip()


@admin.register(Shipment)
class ShipmentAdmin(ReadOnly):
    """What each node of each run has sent to BigQuery, or has to send."""

    list_display = ("execution_id", "node_id", "table", "rows", "load", "written_at")
    list_filter = (("load", admin.EmptyFieldListFilter),)
    search_fields = ("=execution_id",)
    list_select_related = ("table", "load")
    actions = ("send_again",)
    show_full_result_count = False

    @admin.action(description=_("Загрузить в BigQuery снова"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> None:
        sent = shipments.send_again(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, _("Поставлено в очередь: %(count)s") % {"count": sent}, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.change_shipment")


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnly):
    """Rows that BigQuery could not take."""

    list_display = ("shipment", "position", "field", "reason", "created_at")
    list_filter = ("reason",)
    list_select_related = ("shipment",)
    exclude = ("row",)
    readonly_fields = ("whole",)
    actions = ("send_again",)
    show_full_result_count = False

    @admin.display(description=_("данные"))
    def whole(self, rejected: RejectedRow) -> str:
        return safe_json.dumps(rejected.row)

    @admin.action(description=_("Загрузить в BigQuery снова"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[RejectedRow]) -> None:
        sent = shipments.send_again(list(queryset.values_list("shipment_id", flat=True)))
        self.message_user(request, _("Поставлено в очередь: %(count)s") % {"count": sent}, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.change_shipment")


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnly):
    """Files that travel with items: how many there are and how large. What is in them is not shown."""

    list_display = ("id", "project", "size", "created_at", "used_at")
    list_filter = ("project",)
    exclude = ("content",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredFile]:
        return super().get_queryset(request).defer("content")


@admin.register(Talk)
class TalkAdmin(ReadOnly):
    """Talks of people with models. What was said is not shown here: it belongs to them."""

    list_display = ("session", "project", "updated_at")
    list_filter = ("project",)
    exclude = ("turns",)
    show_full_result_count = False
