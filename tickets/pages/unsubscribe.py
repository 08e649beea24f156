"""The public page behind the link in every letter to contacts: whoever has the letter may stop letters."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tickets.contacts import unsubscribing
from tickets.errors import ContactLinkInvalid
from tickets.models import Channel
from tickets.pages.frame import locked_down


@csrf_exempt  # mail programs post by themselves (RFC 8058); the token in the address is what lets them
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, since scanners of mail follow links; POST does it, however often."""
    try:
        contact = unsubscribing.contact_of(token)
    except ContactLinkInvalid as error:
        raise Http404 from error
    if request.method == "POST":
        unsubscribing.unsubscribe(contact, Channel.EMAIL)
        contact.refresh_from_db()
    done = contact.email_unsubscribed_at is not None
    return locked_down(render(request, "desk/unsubscribe.html", {"done": done}))
