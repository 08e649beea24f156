"""Who people are: users, projects, memberships, service accounts, and what is kept about their tokens and log-ins."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

import uuid_utils.compat
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.clock import Clock
from accounts.roles import Role


def check_time_zone(name: str) -> None:
    """Raise `ValidationError` unless `name` is a zone such as `Europe/Moscow`."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Такого часового пояса нет"), code="unknown_time_zone")


class UserQuerySet(models.QuerySet["User"]):
    def people(self) -> UserQuerySet:
        """Human beings, without the users behind service accounts."""
        return self.filter(service_account=None)


class UserManager(BaseUserManager["User"]):
    """What Django's own commands and authentication ask of a user model."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def people(self) -> UserQuerySet:
        return self.get_queryset().people()

    def get_by_natural_key(self, username: str | None) -> User:
        """A login is found whatever its case; raises `User.DoesNotExist`."""
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or the actor behind a service account.

    `token_version` is counted up by the database (`accounts.revocation`) when the password, the state, staff rights or
    a membership change; tokens that carry an older one are refused.
    """

    username = models.CharField(
        _("логин"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Такой логин уже занят")},
        unique=True,
    )
    name = models.CharField(_("имя"), max_length=255, blank=True)
    email = models.EmailField(_("электронная почта"), blank=True)
    phone = models.CharField(
        _("телефон"),
        max_length=16,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\+[1-9]\d{6,14}\Z", _("Телефон записывается как +79001234567"))],
    )
    phone_verified_at = models.DateTimeField(_("телефон подтверждён"), null=True, blank=True)
    language = models.CharField(
        _("язык"),
        max_length=5,
        choices=[("ru", _("Русский")), ("en", _("Английский")), ("pt-br", _("Португальский (Бразилия)"))],
        default="",
        blank=True,
        help_text=_("Пусто — язык браузера или программы, из которой обращается человек"),
    )
    time_zone = models.CharField(_("часовой пояс"), max_length=64, default="UTC", validators=[check_time_zone])
    telegram_id = models.BigIntegerField(_("Telegram"), unique=True, null=True, blank=True)
    token_version = models.PositiveIntegerField(_("версия токенов"), default=0, editable=False)
    is_staff = models.BooleanField(
        _("вход в админку"), default=False, help_text=_("Может входить на страницы администратора")
    )
    is_active = models.BooleanField(
        _("активен"), default=True, help_text=_("Вместо удаления: закрывает вход, история остаётся")
    )
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    roles_told: dict[int, Role] | None = None
    """The role by project where it was read together with the person; None where it has to be asked."""

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        verbose_name = _("пользователь")
        verbose_name_plural = _("пользователи")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Upper("username"), name="users_login_any_case", violation_error_message=_("Такой логин уже занят")
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=models.Q(phone_verified_at__isnull=False),
                name="users_verified_phone",
                violation_error_message=_("Этот телефон подтвердил другой человек"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Project(models.Model):
    """Everything belongs to one project; the one with the code `default` always exists."""

    code = models.SlugField(_("код"), max_length=50, unique=True)
    name = models.CharField(_("название"), max_length=200)
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("проект")
        verbose_name_plural = _("проекты")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person in one project."""

    ROLES: ClassVar[list[tuple[str, Any]]] = [
        (Role.VIEWER.value, _("Наблюдатель")),
        (Role.OPERATOR.value, _("Оператор")),
        (Role.EDITOR.value, _("Редактор")),
        (Role.ADMIN.value, _("Администратор")),
    ]

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("пользователь"))
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("проект"))
    role = models.CharField(_("роль"), max_length=10, choices=ROLES)
    created_at = models.DateTimeField(_("создано"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("участие в проекте")
        verbose_name_plural = _("участие в проектах")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "project"],
                name="membership_once_per_project",
                violation_error_message=_("У человека уже есть роль в этом проекте"),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        # Kept in the trail, so in nobody's language.
        return f"{self.user} · {self.project} · {self.role}"


class ServiceAccount(models.Model):
    """A programme that calls the API: one long-lived token with a name, a role and a term.

    The token itself is not kept; it is recognised by its signature and this row. `user` is who the programme is
    wherever a person is expected, and carries its membership.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="service_account", verbose_name=_("пользователь"), editable=False
    )
    name = models.CharField(_("название"), max_length=100)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="service_accounts", verbose_name=_("проект")
    )
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("кто создал")
    )
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)
    expires_at = models.DateTimeField(_("действует до"))
    revoked_at = models.DateTimeField(_("отозван"), null=True, editable=False)

    class Meta:
        verbose_name = _("сервисный аккаунт")
        verbose_name_plural = _("сервисные аккаунты")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="service_account_name_in_use",
                violation_error_message=_("Действующий сервисный аккаунт с таким названием уже есть"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TokenFamily(models.Model):
    """One log-in: all refresh tokens that grew from it. Only the newest, `current`, is good for one exchange.

    A rotated token that comes back means that somebody has a copy: the family is revoked, and with it the access
    tokens that name it.
    """

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="token_families", verbose_name=_("пользователь")
    )
    current = models.UUIDField(_("действующий токен"), default=uuid_utils.compat.uuid7)
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)
    expires_at = models.DateTimeField(_("действует до"), db_index=True)
    revoked_at = models.DateTimeField(_("отозван"), null=True)
    revoke_reason = models.CharField(
        _("причина отзыва"),
        max_length=10,
        blank=True,
        choices=[("logout", _("Выход из системы")), ("reuse", _("Повтор токена")), ("rights", _("Изменились права"))],
    )

    class Meta:
        verbose_name = _("вход")
        verbose_name_plural = _("входы")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)


class LoginFailure(models.Model):
    """A log-in that was tried and did not succeed, kept for the count of the last minute.

    The login is kept as a SHA-256 digest, because people type passwords into that field.
    """

    login_digest = models.CharField(max_length=64)
    address = models.GenericIPAddressField()
    at = models.DateTimeField(db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("неудачный вход")
        verbose_name_plural = _("неудачные входы")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["address", "at"], name="login_failure_address"),
            models.Index(fields=["at"], name="login_failure_at"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.at}"
