"""Pages of the admin: people with their roles, projects, service accounts and log-ins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, AuthenticationForm, UserChangeForm
from unfold.widgets import (
    BASE_INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts import logins, services, tokens
from accounts.errors import NameTaken, TooManyAttempts
from accounts.models import Membership, Project, ServiceAccount, TokenFamily, User
from accounts.permission_labels import LabelledPermissions, label
from accounts.read_only import ReadOnlyRows


class LimitedLoginForm(AuthenticationForm):
    """The admin's log-in, under the same limit of failures as `/auth/token`."""

    def clean(self) -> dict[str, Any]:
        address = logins.client_address(self.request.META if self.request else {})
        try:
            attempt = logins.reserve(username=self.cleaned_data.get("username") or "", address=address)
        except TooManyAttempts as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        cleaned = super().clean()
        logins.forgive(attempt)
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        """Whose password was right is told what they lack, and not that it was wrong."""
        if user.is_active and not user.is_staff:
            raise forms.ValidationError(
                _("Эта учётная запись не может входить сюда: заявки открываются на странице /tickets"), code="not_staff"
            )
        super().confirm_login_allowed(user)


admin.site.login_form = LimitedLoginForm


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "name")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class MembershipInline(TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(LabelledPermissions, DjangoUserAdmin, ModelAdmin):
    """People; passwords go through Django's own forms. Deactivate instead of deleting, so that history stays."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "name", "email", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "memberships__role", "memberships__project")
    search_fields = ("username", "name", "email", "phone")
    ordering = ("username",)
    readonly_fields = ("last_login", "created_at", "token_version", "phone_verified_at")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        (_("Человек"), {"fields": ("name", "email", "phone", "phone_verified_at", "telegram_id")}),
        (_("Язык и время"), {"fields": ("language", "time_zone")}),
        (_("Права"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Служебное"), {"fields": ("last_login", "created_at", "token_version")}),
    )
    add_fieldsets: Any = (
        (None, {"classes": ("wide",), "fields": ("username", "name", "usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request).filter(service_account=None)
        people = people.prefetch_related("memberships__project")
        return people if request.user.is_superuser else people.filter(is_superuser=False)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser hands out rights of the admin itself."""
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_staff", "is_superuser", "groups", "permissions_said")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights that are only read are said in words: a field of rows shows their names as they were stored."""
        groups = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return groups
        said: dict[Any, Any] = {"user_permissions": "permissions_said"}
        return [
            (title, {**group, "fields": [said.get(name, name) for name in group["fields"]]}) for title, group in groups
        ]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.display(description=_("Права пользователя"))
    def permissions_said(self, user: User) -> str:
        return "; ".join(label(right) for right in user.user_permissions.select_related("content_type")) or "—"

    @admin.display(description=_("роли"))
    def roles(self, user: User) -> str:
        return ", ".join(f"{member.project}: {member.get_role_display()}" for member in user.memberships.all())


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    list_display = ("code", "name", "created_at")
    readonly_fields = ("created_at",)
    search_fields = ("code", "name")

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> Any:
        """The database writes when it was made."""
        return ("code", "name", "created_at") if obj else ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "code") if obj is not None and obj.code == services.DEFAULT_PROJECT else fields

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False


class NewServiceAccountForm(forms.ModelForm):
    role = forms.ChoiceField(label=capfirst(_("роль")), choices=Membership.ROLES, widget=UnfoldAdminSelectWidget)
    term_days = forms.IntegerField(
        label=capfirst(_("срок, дней")), min_value=1, max_value=3650, initial=365, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = ServiceAccount
        fields = ("name",)
        widgets: ClassVar[Any] = {"name": UnfoldAdminTextInputWidget}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if services.service_account_named(name):
            raise forms.ValidationError(NameTaken.message, code=NameTaken.code)
        return name


@admin.register(ServiceAccount)
class ServiceAccountAdmin(ModelAdmin):
    """A token is shown once, on the page after saving. Accounts are revoked, not deleted."""

    list_display = ("name", "project", "role", "created_by", "created_at", "expires_at", "revoked_at")
    list_filter = ("project",)
    search_fields = ("name",)
    actions = ("revoke",)
    fields: ClassVar[Any] = ("name", "project", "role", "created_by", "created_at", "expires_at", "revoked_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            return NewServiceAccountForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: ServiceAccount | None = None) -> Any:
        return self.fields if obj else ("name", "role", "term_days")

    def get_readonly_fields(self, request: HttpRequest, obj: ServiceAccount | None = None) -> Any:
        return self.fields if obj else ()

    def save_model(self, request: HttpRequest, obj: ServiceAccount, form: Any, change: bool) -> None:
        if change:
            return
        account = services.create_service_account(
            name=form.cleaned_data["name"],
            roles=[form.cleaned_data["role"]],
            term=timedelta(days=form.cleaned_data["term_days"]),
            created_by=request.user if isinstance(request.user, User) else None,
        )
        obj.__dict__.update(account.__dict__)
        self.message_user(
            request,
            _("Токен показывается только сейчас: %(token)s") % {"token": tokens.issue_service_token(account)},
            messages.WARNING,
        )

    def has_delete_permission(self, request: HttpRequest, obj: ServiceAccount | None = None) -> bool:
        return False

    @admin.display(description=_("роль"))
    def role(self, account: ServiceAccount) -> str:
        membership = account.user.memberships.first()
        return membership.get_role_display() if membership else "—"

    @admin.action(description=_("Отозвать"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ServiceAccount]) -> None:
        for account in queryset:
            services.revoke_service_account(account=account)


@admin.register(TokenFamily)
class TokenFamilyAdmin(ModelAdmin):
    """Who is logged in where it can be revoked; nothing here can be added or edited."""

    list_display = ("user", "created_at", "expires_at", "revoked_at", "revoke_reason")
    list_filter = ("revoke_reason",)
    search_fields = ("user__username",)
    fields = list_display
    readonly_fields = list_display
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TokenFamily | None = None) -> bool:
        return False

    @admin.action(description=_("Завершить вход"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[TokenFamily]) -> None:
        tokens.revoke_sessions(queryset)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(LabelledPermissions, DjangoGroupAdmin, ModelAdmin):
    """Sets of rights of the admin itself."""


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyRows, ModelAdmin):
    """Who changed what by these pages. What is done to runs and tickets stands in their own histories."""

    list_display = ("action_time", "user", "what", "content_type", "object_repr", "get_change_message")
    list_display_links = None
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
    date_hierarchy = "action_time"
    show_full_result_count = False

    @display(description=_("что сделано"), label={ADDITION: "success", CHANGE: "info", DELETION: "danger"})
    def what(self, entry: LogEntry) -> tuple[int, str]:
        return entry.action_flag, entry.get_action_flag_display()
