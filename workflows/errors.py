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


class TemplateNotFound(WorkflowsError):
    code = "not_found"
    message = _("Такого шаблона нет")


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
    """Nothing of it is published, yet or any more; nothing is wrong either: it only has to be published."""

    code = "not_published"
    message = _("Рабочий процесс не опубликован: сначала опубликуйте его")


class InvalidDefinition(WorkflowsError):
    """The newest version has errors; `details.problems` lists all of them."""

    code = "definition_invalid"
    message = _("В описании рабочего процесса есть ошибки")


class NeverValid(InvalidDefinition):
    """Nothing was ever published, and the newest version has errors."""


class UnknownRepair(WorkflowsError):
    """`details.repairs` are the proposals that are no longer there, or none was chosen."""

    code = "unknown_repair"
    message = _("Такого исправления нет: получите список заново")


class NodeNotFound(WorkflowsError):
    """The definition has no node of this id; `details.nodeId` is what was asked for."""

    code = "node_not_found"
    message = _("В описании нет такого узла: сохраните его сначала")


class PinNotFound(WorkflowsError):
    """Nothing is pinned at the node `details.nodeId`."""

    code = "pin_not_found"
    message = _("У этого узла нет закреплённых данных")


class NothingToTest(WorkflowsError):
    """No items are known for the nodes right before the tested one; `details.nodes` are their names."""

    code = "nothing_to_test"
    message = _("Нет данных для этого узла: закрепите данные одного из узлов перед ним или проверьте всё до него")


class ActsOutside(WorkflowsError):
    """The test would run nodes that may change something outside, and nobody has confirmed it; `details.nodes`."""

    code = "test_acts"
    message = _("Проверка выполнит узлы, которые действуют вовне: подтвердите её")


class PinTooLarge(WorkflowsError):
    """`details.limit` in bytes, or in pins of one workflow."""

    code = "pin_too_large"
    message = _("Данных для закрепления слишком много: оставьте несколько элементов")


class BadPin(WorkflowsError):
    """Pinned data are lists of objects by output."""

    code = "bad_pin"
    message = _("Закреплённые данные — это объект: названия выходов и списки объектов")


class VariableNotFound(WorkflowsError):
    code = "variable_not_found"
    message = _("Переменная не найдена")


class VariableExists(WorkflowsError):
    code = "variable_exists"
    message = _("В проекте уже есть переменная с таким именем")


class VariableTooLarge(WorkflowsError):
    code = "variable_too_large"
    message = _("Переменных слишком много или значение слишком велико")
