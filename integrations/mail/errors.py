"""What can go wrong with mail, by what the sender can do. `details.detail` is what the mail server says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.errors import IntegrationsError, OutboundError, Refused, ServerFault, Unreachable


class LetterInvalid(IntegrationsError):
    """The letter cannot be written at all; `details.field` is `to`, `subject`, `text` and so on."""

    code = "mail_invalid"
    message = _("Письмо составлено неверно: проверьте адреса, тему и текст")
    transient = False


class MailNotReady(OutboundError):
    """No server is set, or it does not let us in: nothing is wrong with the letter, which waits."""

    code = "mail_not_ready"
    message = _("Почта не настроена или сервер не принимает логин: проверьте EMAIL_HOST, EMAIL_HOST_USER и пароль")


class MailServerAway(Unreachable):
    """No connection came about, so surely nothing was sent."""

    code = "mail_server_away"
    message = _("Нет связи с почтовым сервером: проверьте EMAIL_HOST, EMAIL_PORT и сеть")


class MailDeferred(ServerFault):
    """4xx: the server asks to come back later (greylisting, a full box)."""

    code = "mail_deferred"
    message = _("Почтовый сервер просит повторить позже")


class MailRejected(Refused):
    """5xx: the letter or its recipient is refused for good."""

    code = "mail_rejected"
    message = _("Почтовый сервер отказался принять письмо: проверьте адрес получателя и текст")
