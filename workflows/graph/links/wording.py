"""PURE: what is said about links: severity, words and advice by code. The texts are gettext msgids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.graph.problems import Severity
from workflows.items.wording import gettext_noop


@dataclass(frozen=True)
class Finding:
    """What is wrong with the links of a node (by name; "" is the whole workflow), and what cures it.

    `message` and `suggestion` are msgids with %(name)s places for `params`; `suggestion` may be empty.
    """

    code: str
    severity: Severity
    node: str
    message: str
    suggestion: str
    params: Mapping[str, Any] = field(default_factory=dict)


def finding(code: str, node: str, **params: Any) -> Finding:
    """The finding of this code, with its words. A way behind a colon (`cycle:wait_loop`) chooses the words only."""
    severity, message, suggestion = _WORDS[code]
    return Finding(code.partition(":")[0], severity, node, message, suggestion, params)


_WORDS: Mapping[str, tuple[Severity, str, str]] = {
    "conn_malformed": (
        "error",
        gettext_noop("Связь узла «%(source)s» записана неправильно"),
        gettext_noop("Проведите её заново"),
    ),
    "conn_missing_source": (
        "error",
        gettext_noop("Связи записаны за узлом, которого нет"),
        gettext_noop("Верните узел или удалите его связи"),
    ),
    "conn_missing_source:id": (
        "error",
        gettext_noop("Связи записаны за id узла «%(owner)s», а не за его именем: n8n их не видит"),
        gettext_noop("Возьмите файл из первоисточника или проведите связи узла заново"),
    ),
    "conn_missing_target": (
        "error",
        gettext_noop("Связь ведёт к узлу «%(target)s», которого нет"),
        gettext_noop("Верните узел или проведите связь к другому"),
    ),
    "conn_type_mismatch": (
        "error",
        gettext_noop("Связь к узлу «%(target)s» записана как %(key)s, а её вид — %(kind)s"),
        gettext_noop("Проведите связь заново"),
    ),
    "unknown_connection_type": (
        "error",
        gettext_noop("Вид связи %(kind)s не существует: по ней ничего не передаётся"),
        gettext_noop("Включите узлу выход ошибки и проведите связь от него"),
    ),
    "duplicate_node_name": (
        "error",
        gettext_noop("Имя носят узлы числом %(count)s, а связи различают узлы по именам"),
        gettext_noop("Дайте каждому узлу своё имя"),
    ),
    "duplicate_node_id": (
        "warning",
        gettext_noop("Один id у нескольких узлов"),
        gettext_noop("Сохраните процесс заново"),
    ),
    "node_without_name": ("error", gettext_noop("У узла нет имени"), gettext_noop("Дайте узлу имя")),
    "dead_input_link": (
        "error",
        gettext_noop("Связь ведёт ко входу %(inputs)s, а входов у узла %(count)s"),
        gettext_noop("Добавьте узлу входы или проведите связь к имеющемуся"),
    ),
    "dead_output_link": (
        "error",
        gettext_noop("Связь выходит из выхода %(output)s, а выходов у узла %(count)s"),
        gettext_noop("Добавьте узлу выход или проведите связь от имеющегося"),
    ),
    "no_incoming": (
        "error",
        gettext_noop("В узел не ведёт ни одна связь, и он не запускается сам"),
        gettext_noop("Проведите к нему связь или удалите его"),
    ),
    "unreachable_downstream": (
        "error",
        gettext_noop("К узлу не ведёт путь ни от одного триггера"),
        gettext_noop("Соедините с триггером то, что стоит перед ним"),
    ),
    "no_trigger": (
        "warning",
        gettext_noop("Нет ни одного триггера; первыми стоят: %(nodes)s"),
        gettext_noop("Добавьте триггер"),
    ),
    "trigger_with_input": (
        "warning",
        gettext_noop("Связь ведёт в триггер, а он начинает запуск сам"),
        gettext_noop("Удалите связь или замените триггер обычным узлом"),
    ),
    "trigger_without_output": (
        "warning",
        gettext_noop("Триггер никуда не ведёт"),
        gettext_noop("Проведите от него связь или удалите его"),
    ),
    "disabled_cuts_flow": (
        "warning",
        gettext_noop("Узел выключен, поэтому не выполнятся: %(nodes)s"),
        gettext_noop("Включите узел или удалите лишнее"),
    ),
    "branch_dead_end": (
        "warning",
        gettext_noop("Узел выбирает путь, а ни один его выход никуда не ведёт"),
        gettext_noop("Проведите связи от выходов"),
    ),
    "branch_output_unconnected": (
        "info",
        gettext_noop("Выход «%(output)s» никуда не ведёт: такие элементы пропадут"),
        gettext_noop("Если это не задумано, проведите от него связь"),
    ),
    "error_output_unconnected": (
        "warning",
        gettext_noop("Выход ошибки никуда не ведёт: сбои узла пропадут незамеченными"),
        gettext_noop("Проведите от него связь или пусть сбой останавливает запуск"),
    ),
    "merge_input_unconnected": (
        "warning",
        gettext_noop("Узел соединяет потоки, а ко входу %(inputs)s ничего не ведёт"),
        gettext_noop("Проведите связь ко входу или уберите узел"),
    ),
    "batch_loop_on_done_output": (
        "error",
        gettext_noop("Тело цикла висит на выходе «готово»: повторов не будет"),
        gettext_noop("Проведите связь к телу от выхода цикла"),
    ),
    "batch_loop_not_closed": (
        "warning",
        gettext_noop("Тело цикла не возвращается к нему: выполнится только первая порция"),
        gettext_noop("Проведите связь от конца тела к циклу"),
    ),
    "batch_loop_output_unconnected": (
        "warning",
        gettext_noop("У цикла нет тела"),
        gettext_noop("Проведите связи от выхода цикла и обратно"),
    ),
    "cycle:batch_loop": ("info", gettext_noop("Цикл по порциям: %(nodes)s"), ""),
    "cycle:wait_loop": ("info", gettext_noop("Цикл с ожиданием: %(nodes)s"), ""),
    "cycle:conditional_loop": ("info", gettext_noop("Цикл до условия: %(nodes)s"), ""),
    "cycle:endless": ("info", gettext_noop("Круг без выхода: %(nodes)s"), ""),
    "endless_cycle": (
        "warning",
        gettext_noop("Из круга нет выхода по условию: %(nodes)s"),
        gettext_noop("Добавьте условие выхода или предел повторов"),
    ),
    "webhook_no_respond": (
        "error",
        gettext_noop("Вебхук ждёт ответа от узла, а узла с ответом на его пути нет"),
        gettext_noop("Добавьте ответ на вебхук или отвечайте сразу"),
    ),
    "webhook_path_without_respond": (
        "warning",
        gettext_noop("Путь кончается без ответа на вебхук: %(nodes)s"),
        gettext_noop("Добавьте ответ и на этом пути"),
    ),
    "webhook_respond_mode_mismatch": (
        "error",
        gettext_noop("На пути вебхука есть узел с ответом, а вебхук отвечает сам (%(mode)s)"),
        gettext_noop("Пусть вебхук отвечает узлом, или удалите узел с ответом"),
    ),
    "respond_without_webhook": (
        "warning",
        gettext_noop("Отвечать некому: к узлу не ведёт путь от вебхука"),
        gettext_noop("Проведите путь от вебхука или удалите узел"),
    ),
    "ai_link_reversed": (
        "error",
        gettext_noop("Связь направлена от узла «%(parent)s» к подчинённому, а должна быть наоборот"),
        gettext_noop("Разверните связь"),
    ),
    "ai_link_to_trigger_or_sticky": (
        "error",
        gettext_noop("Узел «%(source)s» подчинён триггеру или заметке"),
        gettext_noop("Подчините его узлу, который им пользуется"),
    ),
    "ai_subnode_unattached": (
        "error",
        gettext_noop("Подчинённый узел ни к чему не присоединён"),
        gettext_noop("Присоедините его к узлу, который им пользуется, или удалите"),
    ),
    "main_link_to_subnode": (
        "error",
        gettext_noop("Обычная связь ведёт в подчинённый узел от: %(nodes)s"),
        gettext_noop("Удалите её и присоедините узел к тому, кто им пользуется"),
    ),
    "ai_root_without_model": (
        "warning",
        gettext_noop("К узлу не присоединена языковая модель"),
        gettext_noop("Присоедините модель"),
    ),
    "disabled_ai_model": (
        "warning",
        gettext_noop("Все модели узла выключены: %(nodes)s"),
        gettext_noop("Включите модель"),
    ),
    "expr_missing_node": (
        "error",
        gettext_noop("Выражение ссылается на узел «%(ref)s», которого нет"),
        gettext_noop("Исправьте имя в выражении"),
    ),
    "expr_not_upstream": (
        "info",
        gettext_noop("Выражение ссылается на узел «%(ref)s», который к этому времени не выполнялся"),
        gettext_noop("Проверьте, что путь проходит через него"),
    ),
    "save_error_without_notification": (
        "info",
        gettext_noop("Ошибка сохраняется, но никто о ней не узнает"),
        gettext_noop("Можно добавить уведомление"),
    ),
}
"""By code: severity, message, suggestion."""
