"""PURE: what a person does about a node that could not be brought over, by the reason and by what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.importers.n8n.beyond import BEYOND, WAITING, cure_of
from workflows.importers.n8n.conversion import UNKNOWN_TYPE
from workflows.importers.n8n.document import BASE, CHAIN
from workflows.importers.n8n.parameters import MISSING, OPERATION, PARAMETER
from workflows.items.wording import gettext_noop

_SERVICE = gettext_noop("Замените его узлом «HTTP-запрос»: он вызовет тот же сервис по его API")
_BEGIN = gettext_noop("Начните процесс иначе: узлом «Вебхук», «Расписание» или «Новая строка списка»")
_COMMAND = gettext_noop("Команды на сервере здесь не выполняются: откройте их по HTTP и замените узел «HTTP-запросом»")
_DATABASE = gettext_noop(
    "Из баз данных узлы знают PostgreSQL, Redis, Supabase и BigQuery: к другой обращайтесь «HTTP-запросом» к её API"
)
_TOOL = gettext_noop(
    "Инструментом агента бывает программа или библиотека документов: сделайте остальное узлами до агента или после"
)
_MODEL = gettext_noop("Сделайте то же узлом «Агент с моделью»: задание пишут в нём словами")
_FORM = gettext_noop("Форма здесь – одна страница: соберите все вопросы в первой")
_PYTHON = gettext_noop("Перепишите программу на JavaScript и вставьте её в узел «Код»")
_OTHERWISE = gettext_noop("Замените узел: «HTTP-запрос» сделает это через API сервиса, «Код» – программой")
_CHANGE = gettext_noop("Измените или уберите параметр в n8n и импортируйте процесс снова, или замените узел здесь")
_WORKFLOW = gettext_noop("Импортируйте и тот процесс, а здесь запустите его узлом «Рабочий процесс»")
_LIBRARY = gettext_noop("Найдите тексты узлом «Хранилище векторов» и передайте их дальше")
_FILL = gettext_noop("Заполните параметр в n8n и импортируйте процесс снова, или замените узел здесь")

COMMANDS: Final = frozenset({"executeCommand", "ssh", "git", "localFileTrigger"})
DATABASES: Final = frozenset(
    {"mySql", "microsoftSql", "mongoDb", "questDb", "timescaleDb", "crateDb", "oracleDatabase", "elasticsearch"}
)


def cure(message: str, params: Mapping[str, Any]) -> str:
    """The msgid of what to do about a reason (`Reason`), without places; "" where the reason says it itself."""
    if message == BEYOND:
        return cure_of(str(params.get("name")))
    if message == UNKNOWN_TYPE:
        return _instead_of(str(params.get("type")))
    if message == OPERATION:
        return _by_operation(str(params.get("operation")), str(params.get("type")))
    return {PARAMETER: _CHANGE, MISSING: _FILL}.get(message, "")


def _by_operation(operation: str, kind: str) -> str:
    if operation.startswith("python"):
        return _PYTHON
    if kind == "wait" or operation.endswith("sendAndWait"):
        return WAITING
    if kind == "executeWorkflow":
        return _WORKFLOW
    return _LIBRARY if kind.startswith("lc:vectorStore") else _OTHERWISE


def _instead_of(original: str) -> str:
    kind = original.removeprefix(BASE)
    is_ai = original.startswith(CHAIN)
    if kind.rpartition(".")[2] == "form":
        return _FORM
    if kind in COMMANDS:
        return _COMMAND
    if kind.endswith("Trigger"):
        return _BEGIN
    if kind.endswith("Tool") or (is_ai and original.rpartition(".")[2].startswith("tool")):
        return _TOOL
    if is_ai:
        return _MODEL
    return _DATABASE if kind in DATABASES else _SERVICE
