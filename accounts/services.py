"""What may be asked and done about people, projects and rights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Forbidden, LastAdmin, LoginTaken, UnknownRole, WeakPassword
from accounts.models import Membership, Project, User
from accounts.roles import Role, allows, highest, roles_for

Actor = User | AnonymousUser | None

DEFAULT_PROJECT = "default"


def default_project() -> Project:
    """The project that always exists."""
    project, _created = Project.objects.get_or_create(code=DEFAULT_PROJECT, defaults={"name": str(_("Основной проект"))})
    return project


def role_in(user: Actor, project_id: int) -> Role | None:
    """The role of `user` in the project: None for strangers, anonymous and deactivated people; superusers are admins."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    role = Membership.objects.filter(user=user, project_id=project_id).values_list("role", flat=True).first()
    return Role(role) if role else None


def project_ids(user: Actor, *, action: str) -> list[int]:
    """The projects in which `user` may do `action`, e.g. `workflow.view`; all of them for a superuser."""
    if not isinstance(user, User) or not user.is_active:
        return []
    if user.is_superuser:
        return list(Project.objects.values_list("id", flat=True))
    memberships = Membership.objects.filter(user=user).with_roles(roles_for(action))
    return list(memberships.values_list("project_id", flat=True))


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

    `fields` are further columns of `User`. Raises `UnknownRole`, `WeakPassword`, `LoginTaken`. A password of None
    makes a person who cannot log in with one.
    """
    role = as_role(roles)
    if password is not None:
        check_password_strength(password, User(username=username, **fields))
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password, **fields)
    except IntegrityError as error:
        raise LoginTaken(field="username") from error
    set_role(user=user, role=role)
    user.refresh_from_db()
    return user


@transaction.atomic
def set_role(*, user: User, role: Role | None, project: Project | None = None) -> None:
    """Give `user` this role in the project (the default one), or take every role away there.

    Tokens of the person lose their worth when the role changes. Raises `LastAdmin`.
    """
    project = Project.objects.select_for_update().get(pk=(project or default_project()).pk)
    if role is not Role.ADMIN:
        keep_an_admin(user=user, project=project)
    if role is None:
        Membership.objects.filter(user=user, project=project).delete()
    else:
        Membership.objects.update_or_create(user=user, project=project, defaults={"role": role.value})


def keep_an_admin(*, user: User, project: Project) -> None:
    """Raise `LastAdmin` if nobody could manage people any more without `user`; needs the project's row locked."""
    admins = Membership.objects.filter(project=project, role=Role.ADMIN.value, user__is_active=True)
    if not admins.filter(user=user).exists():
        return
    others = admins.exclude(user=user).filter(user__service_account=None).exists()
    if not others and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise LastAdmin


@transaction.atomic
def change_user(*, user: User, password: str | None = None, roles: Iterable[str] | None = None, **fields: Any) -> User:
    """Change a person; raises `UnknownRole`, `WeakPassword`, `LastAdmin`. `fields` are columns of `User`."""
    role = None if roles is None else as_role(roles)
    for name, value in fields.items():
        setattr(user, name, value)
    changed = list(fields)
    if password is not None:
        check_password_strength(password, user)
        user.set_password(password)
        changed.append("password")
    if changed:
        user.save(update_fields=changed)
    if roles is not None and role != role_in_default_project(user):
        set_role(user=user, role=role)
    user.refresh_from_db()
    return user


def role_in_default_project(user: User) -> Role | None:
    """The membership itself, not what a superuser may do besides."""
    role = Membership.objects.filter(user=user, project=default_project()).values_list("role", flat=True).first()
    return Role(role) if role else None


@transaction.atomic
def deactivate_user(*, user: User) -> User:
    """Close a person's way in; what they did stays. Their tokens are worth nothing from now on. Raises `LastAdmin`."""
    project = Project.objects.select_for_update().get(pk=default_project().pk)
    keep_an_admin(user=user, project=project)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


def check_password_strength(password: str, user: User) -> None:
    """Raise `WeakPassword` with the reasons, in the language of the request."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(fields={"password": error.messages}) from error
