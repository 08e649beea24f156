"""What can go wrong with workflows. HTTP statuses are in `config.api_errors`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class WorkflowsError(DomainError):
    """Root of this package's errors."""


class WorkflowNotFound(WorkflowsError):
    """There is none, it was deleted, or it belongs to a project the person cannot see: one answer for all three."""

    code = "not_found"
    message = _("Рабочий процесс не найден")


class VersionNotFound(WorkflowsError):
    code = "not_found"
    message = _("Такой версии нет")


class UnknownNodeType(WorkflowsError):
    """`details.type` names what was asked for."""

    code = "unknown_type"
    message = _("Такого типа узла нет")


class NotADefinition(WorkflowsError):
    """The document is no graph of nodes and edges; `details.field` is where it stops being one."""

    code = "not_a_definition"
    message = _("Это не описание рабочего процесса")


class DefinitionTooLarge(WorkflowsError):
    """`details` are `bytes` and `limit`."""

    code = "definition_too_large"
    message = _("Описание рабочего процесса слишком велико")


class StaleVersion(WorkflowsError):
    """Somebody saved in between; `details.version` is the present one."""

    code = "stale_version"
    message = _("Рабочий процесс уже изменён кем-то другим, загрузите его заново")


class StaleETag(StaleVersion):
    """The same, told by an `If-Match` header."""


class CodeTaken(WorkflowsError):
    code = "code_taken"
    message = _("Рабочий процесс с таким кодом уже есть")


class NotPublished(WorkflowsError):
    """There is nothing to run yet, but nothing is wrong either: it only has to be published."""

    code = "not_published"
    message = _("Рабочий процесс ещё не опубликован")


class InvalidDefinition(WorkflowsError):
    """The newest version has errors; `details.problems` lists all of them."""

    code = "definition_invalid"
    message = _("В описании рабочего процесса есть ошибки")


class NeverValid(InvalidDefinition):
    """Nothing was ever published, and the newest version has errors."""
