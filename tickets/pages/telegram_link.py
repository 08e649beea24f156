"""`/profile/telegram`: a key that ties a Telegram account to the person, as a link, a picture and a text to copy."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from tickets.pages.frame import page, person, show
from tickets.services import linking


@page
@require_http_methods(["GET", "HEAD", "POST"])
def telegram_link(request: HttpRequest) -> HttpResponse:
    """A key is made by a press, so that looking at the page makes none."""
    user = person(request)
    if request.method != "POST":
        return show(request, "telegram", linked=user.telegram_id is not None)
    link = linking.issue(person=user)
    picture = segno.make(link.url).svg_inline(scale=5) if link.url else ""
    # The picture is drawn from a key of our own making, and holds nothing that anybody wrote.
    return show(request, "telegram", link=link, picture=mark_safe(picture))  # noqa: S308
