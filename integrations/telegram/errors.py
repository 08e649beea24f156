"""Refusals of Telegram under names of their own. `details.detail` is what Telegram itself says; it holds no token."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.errors import OutboundError, Refused, ServerFault, Unreachable


class TokenMissing(Refused):
    """There is no bot to speak as."""

    code = "telegram_token_missing"
    message = _(
        "Не задан токен бота Telegram: получите его у @BotFather (команда /newbot) "
        "и укажите в TELEGRAM_BOT_TOKEN (файл .env или окружение)"
    )


class TokenRejected(Refused):
    """401 or 404: the token is malformed, withdrawn, or of a bot that is gone."""

    code = "telegram_token_rejected"
    message = _("Telegram не принимает токен бота: проверьте TELEGRAM_BOT_TOKEN или выпустите новый у @BotFather")


class UpdatesTaken(OutboundError):
    """409: updates go elsewhere, to another poller with the same token or to a webhook."""

    code = "telegram_updates_taken"
    message = _("Обновления этого бота получает другой процесс или вебхук: с одним токеном работает только один")


class NotConnected(Unreachable):
    """No connection came about, so surely nothing was sent."""

    code = "telegram_not_connected"
    message = _("Нет связи с Telegram: проверьте сеть и TELEGRAM_API_BASE_URL")


class Away(ServerFault):
    """502, 503 or 504: a gateway answers in the place of a Bot API that is down, or does not get through to it."""

    code = "telegram_away"
    message = _("Серверы Telegram сейчас не работают: сообщение уйдёт, когда они заработают")


class Blocked(Refused):
    """403, or 400 for a chat that is not known: the person blocked the bot, never started it, or is gone."""

    code = "telegram_blocked"
    message = _("Telegram не доставит сообщение: человек заблокировал бота или ещё не начал с ним разговор")


class Unchanged(Refused):
    """400: the message has this form already."""

    code = "telegram_unchanged"
    message = _("Сообщение в Telegram уже имеет такой вид")


class MessageGone(Refused):
    """400: the message to change is not there any more, or cannot be changed."""

    code = "telegram_message_gone"
    message = _("Сообщения в Telegram больше нет")


class RequestRejected(Refused):
    """400: Telegram does not understand the request, or does not know the chat."""

    code = "telegram_request_rejected"
    message = _("Telegram отклонил запрос: проверьте получателя и текст")
