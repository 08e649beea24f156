"""Where Telegram brings updates. A press is answered in the response itself: that costs no call and no waiting."""

from __future__ import annotations

import hmac
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations.safe_json import UnsafeJSON, dumps, loads
from integrations.telegram.bots import Bot
from tickets.telegram import handler

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MAX_BODY: Final = 256 * 1024
JSON: Final = "application/json"

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, bot: Bot = Bot.DESK) -> HttpResponse:
    """One delivery. 200 says that it was taken in; anything else makes Telegram bring it again.

    Without the secret of this installation it is nobody's. In the web process deliveries come by `lane.Lane`, which
    asks the same questions in the same order.
    """
    if not is_telegram(request.headers.get(SECRET_HEADER, ""), bot):
        return HttpResponse(status=403)
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY or len(request.body) > MAX_BODY:
        return HttpResponse(status=413)
    return HttpResponse(take(request.body, bot), content_type=JSON)


def is_telegram(secret: str, bot: Bot = Bot.DESK) -> bool:
    """Whether who says `secret` is Telegram; an installation without a secret believes nobody."""
    ours = bot.secret
    if ours and hmac.compare_digest(secret.encode(), ours.encode()):
        return True
    log.warning("telegram_webhook_refused")
    return False


def take(body: bytes, bot: Bot = Bot.DESK) -> bytes:
    """Take in what `body` brings; returns what Telegram is told with the 200: what a press is answered, or nothing.

    What cannot be an update is taken and left: it would only come again.
    """
    try:
        update = loads(body)
    except UnsafeJSON:
        log.warning("telegram_update_unreadable")
        return b""
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        log.warning("telegram_update_unreadable")
        return b""
    reply = handler.handle(update, bot_id=bot.id)
    return dumps(reply.as_webhook()).encode() if reply is not None else b""
