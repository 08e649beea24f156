"""The outbox's handler for one contact of a sending: the message goes out, and what came of it is written down."""

from __future__ import annotations

import html
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.clock import Clock
from accounts.languages import language_for
from integrations.errors import OutboundError
from integrations.mail import delivery as mail
from integrations.mail.errors import LetterInvalid
from integrations.mail.letters import Letter
from integrations.telegram import delivery as telegram
from integrations.telegram.errors import Blocked
from integrations.telegram.keyboard import Button, buttons
from tickets.contacts import chatting, outcomes, unsubscribing
from tickets.contacts.reaching import filled, obstacle
from tickets.models import Broadcast, Channel, Delivery

BAD_ADDRESS: Final = "5.1."
"""How a mail server's words begin when it is the address that is wrong (RFC 3463)."""
UNSUBSCRIBE: Final = "u"
"""The kind of the button under a sending, see `tickets.telegram.buttons`."""
MAX_TEXT: Final = 4000

log = structlog.get_logger(__name__)


def deliver(payload: dict[str, Any]) -> None:
    """Write to the contact, unless that is done, or the contact does not want it any more.

    Raises `RateLimited` and `CircuitOpen` to wait, and whatever another try may cure; the delivery waits meanwhile,
    with the error's code as its reason.
    """
    found = Delivery.objects.select_related("contact").filter(pk=payload["delivery"], state="waiting").first()
    words = None if found is None else Broadcast.objects.filter(batch=found.batch).first()
    if found is None or words is None:
        return
    left_out = obstacle(found.contact, Channel(found.channel))
    if left_out:
        _finish(found, Delivery.State.SKIPPED, left_out)
        return
    try:
        with translation.override(language_for(found.contact.language)):
            name = (_write_letter if found.channel == Channel.EMAIL else _write_to_chat)(found, words)
    except LetterInvalid as error:
        _finish(found, Delivery.State.FAILED, error.code)
    except OutboundError as error:
        if error.transient:
            Delivery.objects.filter(pk=found.pk).update(reason=error.code)
            raise
        _note_unreachable(found, error)
        if found.channel != Channel.EMAIL:  # of letters the mail itself tells
            channel = Channel(found.channel)
            outcomes.tell_failed(found.contact, channel, message_id=f"delivery:{found.pk}", reason=error.code)
        _finish(found, Delivery.State.FAILED, error.code)
    else:
        with transaction.atomic():
            said = words.subject if found.channel == Channel.EMAIL else words.text
            outcomes.tell_sent(
                found.contact,
                Channel(found.channel),
                message_id=name,
                text=filled(said, found.contact),
                depth=payload.get("depth", 0),
                broadcast=found.batch,
            )
            _finish(found, Delivery.State.SENT, "")


def _write_letter(found: Delivery, words: Broadcast) -> str:
    """The name of the letter."""
    contact, link = found.contact, unsubscribing.link(found.contact)
    offer = _("Отписаться от писем")
    text, markup = filled(words.text, contact), filled(words.html, contact, markup=True)
    letter = Letter.checked(
        to=[contact.email],
        subject=" ".join(filled(words.subject, contact).split()),
        text=f"{text}\n\n-- \n{offer}: {link}\n" if text or not markup else "",
        html=f'{markup}<p><a href="{html.escape(link)}">{html.escape(offer)}</a></p>' if markup else "",
        headers={"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    key = f"delivery:{found.pk}"
    mail.send({"letter": letter.as_json(), "key": key, "projectId": found.project_id})
    return key


def _write_to_chat(found: Delivery, words: Broadcast) -> str:
    """The number of the message."""
    chat = found.contact.telegram_id or 0
    text = html.escape(filled(words.text, found.contact)[:MAX_TEXT], quote=False)
    markup = buttons([[Button(_("Отписаться"), data=f"{UNSUBSCRIBE}:{found.contact_id.hex}")]])
    return chatting.write(
        chat,
        lambda bot: telegram.deliver(
            chat, lambda client: client.send_message(chat_id=chat, text=text, markup=markup), bot=bot
        ),
    )


def _note_unreachable(found: Delivery, error: OutboundError) -> None:
    gone = isinstance(error, Blocked) or str(error.details.get("detail", "")).startswith(BAD_ADDRESS)
    if gone:
        unsubscribing.mark_unreachable(found.contact, Channel(found.channel))


def _finish(found: Delivery, state: Delivery.State, reason: str) -> None:
    log.info("contact_delivery", delivery=found.pk, channel=found.channel, state=state.value, reason=reason)
    Delivery.objects.filter(pk=found.pk).update(state=state, reason=reason, finished_at=Clock())
