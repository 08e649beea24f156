"""Which language somebody is spoken to in."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation


def language_for(chosen: str, *, accepted: str = "") -> str:
    """The language that a person has chosen, else the best of `accepted`, else the installation's.

    `accepted` is what their program says: an Accept-Language header, or a single code such as `pt`.
    """
    if chosen:
        return chosen
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(request)
