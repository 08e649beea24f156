"""PURE: what expressions and programs of n8n may name and find nowhere here, and what to do instead."""

from __future__ import annotations

import re
from typing import Final

from workflows.items.wording import gettext_noop

BEYOND = gettext_noop("Поле «%(field)s»: выражение или программа использует %(name)s, чего здесь нет")

_SETTINGS = gettext_noop("Впишите само значение: настройки узлов выражениям не видны")
_NETWORK = gettext_noop("Программы не ходят в сеть: сделайте вызов узлом «HTTP-запрос» перед программой")
_PAGES = gettext_noop("Настройте страницы в самом узле «HTTP-запрос»: он обходит их без выражений")
_SECRETS = gettext_noop("Храните секрет в учётных данных и выберите их в узле, а остальное – в переменных $vars")
_CHOSEN = gettext_noop("Спросите значение у модели узлом «Агент с моделью» и подставьте ответ выражением")
_COMPUTED = gettext_noop("Запишите это выражением {{ … }}: тексты здесь не вычисляются")
_CONTENTS = gettext_noop("Прочитайте файл узлом «Прочитать файл» перед программой: содержимое станет данными")
_KEPT = gettext_noop("Держите то, что переживает запуск, в getWorkflowStaticData узла «Код»")
_RUN = gettext_noop("Номер запуска здесь не число: уберите toNumber или пронумеруйте иначе")
_MODULES = gettext_noop("Модулей здесь четыре: crypto, luxon, buffer и url; остальное напишите в самой программе")
WAITING = gettext_noop("Ждите ответа узлом «Дождаться события»: адреса для продолжения у запуска нет")
_MARKED = gettext_noop("Положите пометку в данные узлом «Задать поля»")
_NONE = gettext_noop("Уберите это из выражения: сведений о самом узле здесь нет")

_LACKING: Final = (
    (r"\$fromAI\b", "$fromAI", _CHOSEN),
    (r"this\.helpers", "this.helpers", _NETWORK),
    (r"\baxios\b", "axios", _NETWORK),
    (r"\bfetch\(", "fetch", _NETWORK),
    (r"\$response\b", "$response", _PAGES),
    (r"\$request\b", "$request", _PAGES),
    (r"\$pageCount\b", "$pageCount", _PAGES),
    (r"\$parameter\b", "$parameter", _SETTINGS),
    (r"\$self\b", "$self", _SETTINGS),
    (r"\bgetNodeParameter\b", "getNodeParameter", _SETTINGS),
    (r"\]\.parameter\b", '$node["…"].parameter', _SETTINGS),
    (r"\)\.params\b", "$('…').params", _SETTINGS),
    (r"\$evaluateExpression\b", "$evaluateExpression", _COMPUTED),
    (r"\bgetBinaryDataBuffer\b", "getBinaryDataBuffer", _CONTENTS),
    (r"\.context\b\s*\[(?!\s*['\"]currentRunIndex)", ".context[…]", _KEPT),
    (r"\$secrets\b", "$secrets", _SECRETS),
    (r"\$credentials\b", "$credentials", _SECRETS),
    (r"\$execution(?:\.id|Id)\s*\.toNumber\b", "$execution.id.toNumber", _RUN),
    (r"\brequire\((?!\s*['\"](?:node:)?(?:crypto|luxon|buffer|url)['\"])", "require", _MODULES),
    (r"\$execution\.resumeUrl\b", "$execution.resumeUrl", WAITING),
    (r"\$execution\.resumeFormUrl\b", "$execution.resumeFormUrl", WAITING),
    (r"\$resumeWebhookUrl\b", "$resumeWebhookUrl", WAITING),
    (r"\$execution\.customData\b", "$execution.customData", _MARKED),
    (r"\$nodeVersion\b", "$nodeVersion", _NONE),
    (r"\$nodeId\b", "$nodeId", _NONE),
    (r"\$webhookId\b", "$webhookId", _NONE),
    (r"\$agentInfo\b", "$agentInfo", _NONE),
    (r"\$getPairedItem\b", "$getPairedItem", _NONE),
)
_ANY: Final = re.compile("|".join(f"({pattern})" for pattern, _name, _cure in _LACKING))
_CURES: Final = {name: cure for _pattern, name, cure in _LACKING}


def lacking(source: str) -> str | None:
    """The first thing that a program or an expression names and that is not here; None where all is."""
    found = _ANY.search(source)
    return None if found is None or found.lastindex is None else _LACKING[found.lastindex - 1][1]


def cure_of(name: str) -> str:
    """The msgid of what to do without it; "" for a name that nobody knows."""
    return _CURES.get(name, "")
