"""What may be asked and done about people, projects and rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import uuid_utils.compat
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import quotas, trail
from accounts.clock import Clock, Now
from accounts.errors import (
    Forbidden,
    LastAdmin,
    LoginTaken,
    NameTaken,
    ProjectNotFound,
    TelegramTaken,
    UnknownRole,
    WeakPassword,
)
from accounts.models import Membership, Project, ServiceAccount, User
from accounts.roles import Role, allows, highest
from accounts.statements import HotStatement

Actor = User | AnonymousUser | None

DEFAULT_PROJECT = "default"


def default_project() -> Project:
    """The project that always exists."""
    project, _created = Project.objects.get_or_create(
        code=DEFAULT_PROJECT, defaults={"name": str(_("Основной проект"))}
    )
    return project


def role_in(user: Actor, project_id: int) -> Role | None:
    """The role of `user` in the project: None for strangers and deactivated people, admin for superusers."""
    return role_of(user, None) or _roles(user).get(project_id)


ROLE = "(SELECT role FROM accounts_membership WHERE user_id = %(user)s::bigint AND project_id = {project})"
"""SQL: what is written about a person's role in `{project}`, for a statement that reads something else as well."""


def role_of(user: Actor, written: str | None) -> Role | None:
    """The role of `user` where `written` is what `ROLE` has found."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    return None if written is None else Role(written)


def project_ids(user: Actor, *, action: str) -> list[int]:
    """The projects in which `user` may do `action`, e.g. `workflow.view`; all of them for a superuser."""
    return [project_id for project_id, role in _roles(user).items() if allows(role, action)]


_told: ContextVar[dict[int, dict[int, Role]] | None] = ContextVar("roles_told", default=None)
"""Roles by person, while they are asked for once only."""


@contextmanager
def asking_once() -> Iterator[None]:
    """Within it a person's roles are read once: for what asks about many tables in a row and changes nothing."""
    before = _told.set(_told.get() or {})
    try:
        yield
    finally:
        _told.reset(before)


def _roles(user: Actor) -> dict[int, Role]:
    """The person's role by project: none for strangers and deactivated people; a superuser is admin in all of them."""
    if not isinstance(user, User) or not user.is_active:
        return {}
    if user.roles_told is not None and not user.is_superuser:
        return user.roles_told
    told = _told.get()
    if told is None:
        return _read_roles(user)
    if user.pk not in told:
        told[user.pk] = _read_roles(user)
    return told[user.pk]


_MEMBERSHIPS = HotStatement("SELECT project_id, role FROM accounts_membership WHERE user_id = %(user)s ORDER BY id")


def _read_roles(user: User) -> dict[int, Role]:
    """Written by hand, because every page asks it, often twice."""
    if user.is_superuser:
        return dict.fromkeys(Project.objects.values_list("id", flat=True), Role.ADMIN)
    return {project_id: Role(role) for project_id, role in _MEMBERSHIPS.rows({"user": user.pk})}


def project_for(user: Actor, *, action: str, code: str | None = None) -> int:
    """The project in which `user` means to do `action`: that of `code`, else the default one or the first allowed.

    Raises `ProjectNotFound` where they have no role, `Forbidden` where theirs does not allow it.
    """
    if code is not None:
        project = Project.objects.filter(code=code).first()
        if project is None or role_in(user, project.pk) is None:
            raise ProjectNotFound
        require(user, action, project.pk)
        return project.pk
    default = default_project().pk
    allowed = project_ids(user, action=action)
    if default in allowed or not allowed:
        require(user, action, default)
        return default
    return min(allowed)


def require(user: Actor, action: str, project_id: int) -> None:
    """Raise `Forbidden` unless `user` may do `action` in the project."""
    if not allows(role_in(user, project_id), action):
        raise Forbidden(action=action)


def as_role(names: Iterable[str]) -> Role | None:
    """The role that counts among `names`; raises `UnknownRole`."""
    names = list(names)
    unknown = [name for name in names if name not in list(Role)]
    if unknown:
        raise UnknownRole(unknown=unknown, known=[role.value for role in Role])
    return highest(names)


@transaction.atomic
def create_user(*, username: str, password: str | None, roles: Iterable[str] = (), **fields: Any) -> User:
    """A person with the highest of `roles` in the default project (none for an empty list).

    `fields` are further columns of `User`. Raises `UnknownRole`, `WeakPassword`, `LoginTaken`, `TelegramTaken`. A
    password of None makes a person who cannot log in with one.
    """
    role = as_role(roles)
    user = User(username=User.normalize_username(username), **fields)
    if password is not None:
        check_password_strength(password, user)
    user.set_password(password)
    _save_unique(user)
    if role is not None:
        set_role(user=user, role=role)
    user.refresh_from_db()
    return user


@transaction.atomic
def change_user(*, user: User, password: str | None = None, roles: Iterable[str] | None = None, **fields: Any) -> User:
    """Change a person; `fields` are columns of `User`, `roles` is as in `create_user`.

    Raises `UnknownRole`, `WeakPassword`, `TelegramTaken`, `LastAdmin`.
    """
    role = None if roles is None else as_role(roles)
    if "phone" in fields and fields["phone"] != user.phone:
        fields["phone_verified_at"] = None
    if fields.get("is_active") is False:
        deactivate_user(user=user)
    for name, value in fields.items():
        setattr(user, name, value)
    changed = list(fields)
    if password is not None:
        check_password_strength(password, user)
        user.set_password(password)
        changed.append("password")
    if changed:
        _save_unique(user, update_fields=changed)
    if roles is not None and role != role_by_membership(user):
        set_role(user=user, role=role)
    user.refresh_from_db()
    return user


@transaction.atomic
def deactivate_user(*, user: User) -> User:
    """Close a person's way in; what they did stays. Their tokens are worth nothing from now on. Raises `LastAdmin`."""
    _keep_an_admin(user=user, project=_lock(default_project()))
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def set_role(*, user: User, role: Role | None, project: Project | None = None) -> None:
    """Give `user` this role in the project (the default one), or take every role away there.

    Tokens of the person lose their worth when the role changes. Raises `LastAdmin`.
    """
    project = _lock(project or default_project())
    if role is not Role.ADMIN:
        _keep_an_admin(user=user, project=project)
    if role is None:
        Membership.objects.filter(user=user, project=project).delete()
    else:
        Membership.objects.update_or_create(user=user, project=project, defaults={"role": role.value})


def people_visible_to(actor: User) -> QuerySet[User]:
    """Whom `actor` manages: everybody for admins of the default project, else the members of their own projects."""
    managed = project_ids(actor, action="user.manage")
    people = User.objects.people().prefetch_related("memberships__project")
    if Project.objects.filter(pk__in=managed, code=DEFAULT_PROJECT).exists():
        return people
    return people.filter(memberships__project_id__in=managed).distinct()


def people_who_may(action: str, project_id: int) -> QuerySet[User]:
    """The active people who may do `action` in the project, superusers among them."""
    roles = [role.value for role in Role if allows(role, action)]
    members = Membership.objects.filter(project_id=project_id, role__in=roles).values("user_id")
    return User.objects.people().filter(Q(pk__in=members) | Q(is_superuser=True), is_active=True).order_by("id")


def person_by_telegram(telegram_id: int) -> User | None:
    """The active person whose account is linked to this Telegram id."""
    return User.objects.people().filter(telegram_id=telegram_id, is_active=True).first()


def role_by_membership(user: User) -> Role | None:
    """The role in the default project that was given, whatever a superuser may do besides."""
    role = Membership.objects.filter(user=user, project__code=DEFAULT_PROJECT).values_list("role", flat=True).first()
    return Role(role) if role else None


def require_management(actor: User, user: User) -> None:
    """Raise `Forbidden` unless `actor` may change `user`.

    Whoever sets a password can act as its owner, so nobody may touch a person who has more rights than themselves:
    a superuser, or a member of a project where `actor` manages nobody.
    """
    if actor.is_superuser:
        return
    managed = project_ids(actor, action="user.manage")
    foreign = Membership.objects.filter(user=user).exclude(project_id__in=managed)
    if user.is_superuser or user.is_staff or foreign.exists():
        raise Forbidden(action="user.manage")


@transaction.atomic
def create_service_account(
    *, name: str, roles: Iterable[str], term: timedelta, created_by: User | None
) -> ServiceAccount:
    """An account for a programme in the default project, good for `term`.

    Its token comes from `accounts.tokens.issue_service_token`. Raises `UnknownRole`, `NameTaken`, `QuotaExceeded`.
    """
    role = as_role(roles)
    if created_by is not None:
        mine = ServiceAccount.objects.filter(created_by=created_by, revoked_at=None, expires_at__gt=Now())
        quotas.refuse_beyond("service_accounts", mine.count)
    user = User(username=f"service-{uuid_utils.compat.uuid7().hex}", name=name)
    user.set_unusable_password()
    user.save()
    set_role(user=user, role=role)
    try:
        with transaction.atomic():
            account = ServiceAccount.objects.create(
                user=user, name=name, project=default_project(), created_by=created_by, expires_at=Clock() + term
            )
    except IntegrityError as error:
        raise NameTaken(field="name") from error
    account.refresh_from_db()
    return account


def service_account_named(name: str) -> ServiceAccount | None:
    """The account of this name that is not revoked, in the default project."""
    return ServiceAccount.objects.filter(name=name, project__code=DEFAULT_PROJECT, revoked_at=None).first()


@transaction.atomic
def revoke_service_account(*, account: ServiceAccount) -> None:
    """The token is worth nothing from the next request on; a second time changes nothing."""
    revoked = ServiceAccount.objects.filter(pk=account.pk, revoked_at=None).update(revoked_at=Clock())
    User.objects.filter(pk=account.user_id).update(is_active=False)
    account.refresh_from_db()
    if revoked:
        trail.tell(account, revoked_at=(None, account.revoked_at))


def check_password_strength(password: str, user: User) -> None:
    """Raise `WeakPassword` with the reasons, in the language of the request."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(fields={"password": error.messages}) from error


def _lock(project: Project) -> Project:
    """Changes of roles in one project queue here, so that two admins cannot remove each other at once."""
    return Project.objects.select_for_update().get(pk=project.pk)


def _keep_an_admin(*, user: User, project: Project) -> None:
    """Raise `LastAdmin` if nobody could manage people any more without `user`; needs the project's row locked."""
    admins = Membership.objects.filter(
        project=project, role=Role.ADMIN.value, user__is_active=True, user__service_account=None
    )
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    if not admins.filter(user=user).exists() and not superusers.filter(pk=user.pk).exists():
        return
    if not admins.exclude(user=user).exists() and not superusers.exclude(pk=user.pk).exists():
        raise LastAdmin


def _save_unique(user: User, **options: Any) -> None:
    """Save, and say which unique column was taken; raises `LoginTaken`, `TelegramTaken`."""
    try:
        with transaction.atomic():
            user.save(**options)
    except IntegrityError as error:
        if "telegram_id" in str(error):
            raise TelegramTaken(field="telegramId") from error
        if "username" in str(error) or "login" in str(error):
            raise LoginTaken(field="username") from error
        raise
