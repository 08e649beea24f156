"""What can go wrong at the service desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class TicketsError(DomainError):
    """Root of this package's errors."""


class PollerRunning(TicketsError):
    """Another process of this installation receives the bot's updates."""

    code = "poller_running"
    message = _(
        "Обновления Telegram уже получает другой процесс telegram_polling этой установки: остановите его "
        "или запустите этот с ключом --wait, тогда он сменит первый, когда тот закончит"
    )


class ContactNotFound(TicketsError):
    """No such contact in the projects that the person may see: none, deleted, or another project's."""

    code = "not_found"
    message = _("Контакт не найден")


class ContactTaken(TicketsError):
    """The address belongs to another contact; `details.field` is `email`, `phone` or `telegramId`."""

    code = "contact_taken"
    message = _("Этот адрес уже принадлежит другому контакту")


class ContactAmbiguous(TicketsError):
    """The addresses given together belong to different contacts, which a person has to merge; `details.contacts`."""

    code = "contact_ambiguous"
    message = _("Указанные адреса принадлежат разным контактам: объедините их")


class ContactUnnamed(TicketsError):
    """Neither e-mail nor phone nor Telegram was given, so nobody is meant."""

    code = "contact_unnamed"
    message = _("Не указано, о каком контакте речь: нужны почта, телефон или Telegram")


class ContactLinkInvalid(TicketsError):
    """The token of a link was made by nobody here, or its contact is forgotten."""

    code = "contact_link_invalid"
    message = _("Ссылка недействительна")


class AddressInvalid(TicketsError):
    """`details.field` is `email`, `phone` or `telegramId`."""

    code = "address_invalid"
    message = _("Адрес записан неверно: почта как name@example.org, телефон как +79001234567")


class TagInvalid(TicketsError):
    """A tag has one to a hundred characters that can be printed."""

    code = "tag_invalid"
    message = _("Метка состоит из 1–100 печатных символов")


class FieldUnknown(TicketsError):
    """The project has no custom field of this key; `details.field`."""

    code = "contact_field_unknown"
    message = _("Такого поля контакта нет: добавьте его в настройках контактов")


class FieldTaken(TicketsError):
    """The project has a custom field of this key."""

    code = "contact_field_taken"
    message = _("Поле контакта с таким ключом уже есть")


class FieldInvalid(TicketsError):
    """The value is not of the field's kind; `details.field`, `details.kind`."""

    code = "contact_field_invalid"
    message = _("Значение не подходит к типу поля контакта")


class ImportInvalid(TicketsError):
    """The table cannot be read as contacts at all; `details.columns` are those that nobody knows."""

    code = "import_invalid"
    message = _("Таблица не читается: первая строка называет столбцы, среди них email, phone или telegramId")


class TicketNotFound(TicketsError):
    """No such ticket among those that the person may see."""

    code = "not_found"
    message = _("Заявка не найдена")


class CategoryNotFound(TicketsError):
    """No such category among those that the person may see."""

    code = "not_found"
    message = _("Категория не найдена")


class ExecutorNotFound(TicketsError):
    """No such line of executors among those that the person manages."""

    code = "not_found"
    message = _("Исполнитель не найден")


class PersonNotFound(TicketsError):
    """No such active person."""

    code = "person_not_found"
    message = _("Пользователь не найден")


class AttachmentNotFound(TicketsError):
    """No such file among those of the tickets that the person may see."""

    code = "not_found"
    message = _("Файл не найден")


class ExecutorTaken(TicketsError):
    """The person is an executor of the category already."""

    code = "executor_taken"
    message = _("Этот человек уже исполнитель этой категории")


class ExecutorUnfit(TicketsError):
    """The person does not serve the category, or not any more, so no ticket of it can be given to them."""

    code = "executor_unfit"
    message = _("Этот человек не исполнитель категории заявки")


class CategoryClosed(TicketsError):
    """The category takes no new tickets."""

    code = "category_closed"
    message = _("Эта категория не принимает заявки")


class TextMissing(TicketsError):
    """Nothing was said; `details.field`."""

    code = "text_missing"
    message = _("Напишите, в чём дело")


class TermInvalid(TicketsError):
    """A ticket is put off until a moment of the coming year."""

    code = "term_invalid"
    message = _("Отложить можно на срок до года вперёд")


class RatingInvalid(TicketsError):
    """A rating is a number from 1 to 5."""

    code = "rating_invalid"
    message = _("Оценка — число от 1 до 5")


class FileRefused(TicketsError):
    """The file is empty, too large, of a kind that is not taken, or one too many; `details.reason`."""

    code = "file_refused"
    message = _("Файл не принят")


class LinkInvalid(TicketsError):
    """The key that ties a Telegram account is unknown, used, or older than ten minutes."""

    code = "link_invalid"
    message = _("Ссылка для привязки не действует: получите новую")


class Refusal(TicketsError):
    """Something that cannot be done to a ticket now. It is a line of the ticket's history all the same.

    `toast`: it harmed nobody and needs no alarm, such as the second tap of two.
    """

    toast = False


class NoRights(Refusal):
    """The person may not do this to the ticket. Said of tickets that do not exist, too, so that nobody can tell."""

    code = "no_rights"
    message = _("У вас нет прав на эту заявку")


class AlreadyTaken(Refusal):
    """Somebody else was faster."""

    code = "already_taken"

    def __init__(self, *, name: str, time: str) -> None:
        super().__init__(_("Заявку уже взял(а): %(name)s, %(time)s") % {"name": name, "time": time}, executor=name)


class AlreadyYours(Refusal):
    """The second press of whoever has taken it."""

    code = "already_yours"
    message = _("Вы уже взяли эту заявку")
    toast = True


class AlreadyDone(Refusal):
    """The same person has done the same a moment ago."""

    code = "already_done"
    message = _("Уже сделано")
    toast = True


class LimitReached(Refusal):
    """The person has as many tickets of the category in work as they may."""

    code = "limit_reached"

    def __init__(self, *, load: int, limit: int) -> None:
        text = _("У вас в работе %(load)s из %(limit)s заявок. Завершите одну, чтобы взять новую")
        super().__init__(text % {"load": load, "limit": limit}, load=load, limit=limit)


class WrongState(Refusal):
    """The ticket stands where this cannot be done; `details.statusId`."""

    code = "wrong_state"

    def __init__(self, *, status_id: int, status: str) -> None:
        text = _("Так уже нельзя: сейчас заявка «%(status)s»") % {"status": status}
        super().__init__(text, statusId=status_id, status=status)


class StaleTicket(Refusal):
    """The ticket has changed since it was shown; `details.version` is the present one."""

    code = "stale_version"
    message = _("Заявка изменилась, проверьте и нажмите ещё раз")


class DeferralsSpent(Refusal):
    """The ticket was put off as often as its category allows; a manager may do it once more."""

    code = "deferrals_spent"
    message = _("Эту заявку больше нельзя отложить: попросите руководителя")


class SelfConfirmation(Refusal):
    """The author did the work, and the category wants somebody else to confirm it."""

    code = "self_confirmation"
    message = _("Свою работу в этой категории подтверждает руководитель")


class ReopenTooLate(Refusal):
    """The author's time to open the ticket again is over."""

    code = "reopen_too_late"
    message = _("Открыть эту заявку снова уже нельзя: заведите новую")
