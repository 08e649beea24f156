"""The 49 kinds of event of the seed, word for word: what each is called here, and which test makes its cause.

`OUTSIDE` are told by another system, over a webhook, since only that system can know of them; for all others the test
makes what Naryad sees by itself.
"""

from __future__ import annotations

from typing import Final, NamedTuple

CAUSES: Final = "tests/integration/reacting/causes"
OUTSIDE: Final = "tests/integration/reacting/test_bullets.py::test_what_another_system_tells_starts_its_chain"
ENGINE: Final = f"{CAUSES}/test_engine.py"
DESK: Final = f"{CAUSES}/test_desk.py"
TALK: Final = f"{CAUSES}/test_conversations.py"
RUNS: Final = "tests/integration/reacting/test_engine_events.py"


class Bullet(NamedTuple):
    """`events` are of the catalogue; the chain of `test` begins by the first of them."""

    words: str
    events: tuple[str, ...]
    test: str


TALKING: Final = (
    Bullet(
        "Клиент отправил сообщение в WhatsApp или Telegram",
        ("message.received",),
        f"{CAUSES}/test_telegram.py::test_who_is_no_user_and_writes_to_the_desks_bot_is_a_client",
    ),
    Bullet(
        "Пришло новое письмо на рабочую почту",
        ("email.received",),
        f"{CAUSES}/test_mail.py::test_a_new_letter_starts_a_run_and_old_ones_do_not",
    ),
    Bullet("С сайта пришла заявка на обратный звонок", ("callback.requested",), f"{ENGINE}::test_a_form_is_sent"),
    Bullet("Кто-то записался на консультацию через форму", ("consultation.booked",), f"{ENGINE}::test_a_form_is_sent"),
    Bullet("Клиент забронировал встречу в календаре", ("meeting.booked",), OUTSIDE),
    Bullet("Клиент оставил отзыв или комментарий", ("review.created",), OUTSIDE),
    Bullet("В соцсетях появился новый комментарий или вопрос", ("social.comment_created",), OUTSIDE),
    Bullet(
        "Клиент снова открыл письмо, но не отреагировал",
        ("email.reopened_no_reaction",),
        f"{ENGINE}::test_a_letter_that_is_opened_again_and_not_answered",
    ),
    Bullet(
        "Клиент отменил встречу или попросил перенести",
        ("meeting.cancelled", "meeting.reschedule_requested"),
        OUTSIDE,
    ),
    Bullet(
        "Прошли сутки, а клиент не ответил на письмо или сообщение",
        ("client.no_reply",),
        f"{TALK}::test_a_client_who_does_not_answer_within_a_day_is_told_of_once",
    ),
    Bullet(
        "Повторное обращение по той же проблеме — сигнал, что прошлое решение не сработало",
        ("issue.repeated",),
        f"{DESK}::test_the_same_problem_again_is_told_of",
    ),
    Bullet(
        "AI-модель выявила негатив в сообщении клиента",
        ("sentiment.negative",),
        f"{TALK}::test_what_a_client_says_in_anger_starts_a_chain",
    ),
    Bullet(
        "В звонке или переписке обнаружен конфликт или недовольство",
        ("conversation.conflict",),
        f"{TALK}::test_what_a_client_says_in_anger_starts_a_chain",
    ),
    Bullet("Звонок был расшифрован и квалифицирован как проблемный", ("call.flagged_problem",), OUTSIDE),
    Bullet(
        "Клиент начал оформлять заказ, но не завершил оплату",
        ("checkout.abandoned",),
        f"{ENGINE}::test_an_order_that_was_begun_and_not_paid",
    ),
)
SELLING: Final = (
    Bullet("В CRM появился новый контакт или заказ", ("crm.contact_created", "crm.order_created"), OUTSIDE),
    Bullet("Появился новый лид с рекламы", ("lead.created",), OUTSIDE),
    Bullet("Пришла оплата от клиента", ("payment.received",), OUTSIDE),
    Bullet("Подписка клиента истекла", ("subscription.expired",), f"{ENGINE}::test_a_term_ends"),
    Bullet("Сделка в CRM перешла в новый статус", ("deal.stage_changed",), OUTSIDE),
    Bullet("Заказ был отменён после общения с менеджером", ("order.cancelled_after_manager",), OUTSIDE),
    Bullet("Обнаружена попытка оплатить, но транзакция не завершена", ("payment.attempt_incomplete",), OUTSIDE),
)
WORKING: Final = (
    Bullet(
        'Завершена задача или поставлена отметка "выполнено"',
        ("task.completed",),
        f"{DESK}::test_a_ticket_that_is_confirmed_is_a_task_that_is_done",
    ),
    Bullet("Просрочен срок выполнения задачи", ("task.overdue",), f"{DESK}::test_a_ticket_that_is_late_is_told_of"),
    Bullet(
        "Сотрудник передал клиента другому без комментариев",
        ("client.handed_over_without_comment",),
        f"{DESK}::test_a_ticket_that_is_handed_on_without_a_word_is_told_of",
    ),
    Bullet(
        "Сотрудник запустил процесс вручную — например, проверку данных или генерацию отчёта",
        ("process.started_manually",),
        f"{RUNS}::test_a_run_by_hand_has_a_form_and_tells_who_has_started_it",
    ),
    Bullet("Запись звонка помечена как требующая внимания руководителя", ("call.needs_manager",), OUTSIDE),
    Bullet(
        "Менеджер в переписке пропустил важный вопрос",
        ("manager.missed_question",),
        f"{TALK}::test_a_late_answer_without_a_greeting_and_a_missed_question",
    ),
    Bullet(
        "Ответ пришёл с большой задержкой",
        ("reply.late",),
        f"{TALK}::test_a_late_answer_without_a_greeting_and_a_missed_question",
    ),
    Bullet(
        "Поведение менеджера не соответствовало стандарту (не представился, не уточнил потребность и т.д.)",
        ("manager.standard_violation",),
        f"{TALK}::test_a_late_answer_without_a_greeting_and_a_missed_question",
    ),
)
KEEPING: Final = (
    Bullet(
        "В Google Таблице появилась новая строка",
        ("sheet.row_added",),
        f"{CAUSES}/test_rows.py::test_a_new_row_of_a_google_sheet_starts_a_run",
    ),
    Bullet("Создан новый документ или файл для клиента", ("document.created",), OUTSIDE),
    Bullet(
        "Обнаружена ошибка или неполная информация в базе данных",
        ("data.invalid_or_incomplete",),
        f"{CAUSES}/test_rows.py::test_data_that_is_not_complete_is_found_by_a_query",
    ),
    Bullet("Вышло обновление продукта, и нужно уведомить всех", ("product.released",), OUTSIDE),
)
TIMING: Final = (
    Bullet(
        "Наступил определённый день или час — например, понедельник 9:00",
        ("time.moment",),
        f"{ENGINE}::test_a_day_and_an_hour_come",
    ),
    Bullet(
        "Раз в час нужно обновить данные или отправить отчёт",
        ("time.hourly",),
        f"{ENGINE}::test_a_day_and_an_hour_come",
    ),
    Bullet("Сработал ежедневный или еженедельный триггер", ("time.daily",), f"{ENGINE}::test_a_day_and_an_hour_come"),
    Bullet(
        "Истёк срок действия скидки, пробного периода или договора",
        ("entity.term_expired",),
        f"{ENGINE}::test_a_term_ends",
    ),
)
FAILING: Final = (
    Bullet(
        "Сайт перестал работать (например, вернул ошибку или долго не отвечает)",
        ("site.down",),
        "tests/integration/reacting/test_probing.py::test_a_site_that_stays_down_is_told_of_once_and_once_when_it_is_back",
    ),
    Bullet(
        "Внешний сервис не дал ответа или вернул ошибку",
        ("service.failed",),
        f"{ENGINE}::test_a_service_that_answers_with_errors_opens_its_breaker_and_starts_a_chain",
    ),
    Bullet(
        "Не получилось обновить данные в CRM или другой системе",
        ("crm.update_failed",),
        f"{ENGINE}::test_a_crm_that_cannot_be_brought_up_to_date_is_told_by_the_error_port",
    ),
    Bullet(
        "Не удалось отправить письмо или сообщение клиенту",
        ("delivery.failed",),
        f"{ENGINE}::test_a_letter_that_nobody_takes_starts_a_chain",
    ),
    Bullet(
        "Истекает SSL-сертификат (можно проверять по расписанию)",
        ("ssl.expiring",),
        f"{CAUSES}/test_certificates.py::test_each_threshold_is_told_once_as_the_end_comes_nearer",
    ),
    Bullet(
        "Завис процесс или сценарий — ничего не происходит дольше обычного",
        ("process.stuck",),
        f"{ENGINE}::test_a_run_whose_step_has_died_with_its_worker_is_stuck",
    ),
    Bullet("Сбой при передаче данных между системами", ("transfer.failed",), OUTSIDE),
    Bullet(
        "Автоматическая задача не выполнилась (например, не создался документ или не обновились данные)",
        ("job.missed",),
        f"{RUNS}::test_a_tick_that_starts_nothing_is_told_of_once",
    ),
    Bullet("В хранилище закончилось место (если использовать внешнюю проверку)", ("storage.full",), OUTSIDE),
    Bullet("Что-то пошло не так во время резервного копирования", ("backup.failed",), OUTSIDE),
    Bullet(
        "Пришло слишком много запросов от одного клиента (можно посчитать и среагировать)",
        ("client.too_many_requests",),
        f"{CAUSES}/test_floods.py::test_a_person_who_asks_the_api_too_often_is_held_up_and_told_of_once",
    ),
)
GROUPS: Final = (TALKING, SELLING, WORKING, KEEPING, TIMING, FAILING)
ALL: Final = tuple(bullet for group in GROUPS for bullet in group)
