"""How often one address and one person may call the API. Beyond it the answer is 429, and an event tells of the flood.

The address is looked at before anything else is done for a request, the person once their token is believed. While
Valkey is away nobody is held up.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import services as accounts
from accounts.logins import client_address, counted_address
from accounts.models import User
from integrations import floods, safe_json

SOURCE: Final = "api"
TOO_MANY: Final = _("Слишком много запросов, попробуйте позже")


class PerAddress:
    """Middleware: so many requests a minute to the API from one address, whoever they say they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        wait = floods.hold(
            "api-address",
            client=counted_address(client_address(request.META)),
            per_minute=settings.API_PER_MINUTE_ADDRESS,
            project_id=_first_project,
            source=SOURCE,
        )
        if wait == 0:
            return self.get_response(request)
        said = {"code": "too_many_requests", "message": TOO_MANY, "details": {}}
        headers = {"Retry-After": str(math.ceil(wait))}
        return HttpResponse(safe_json.dumps(said), content_type="application/json", status=429, headers=headers)


class PerPerson(BaseThrottle):
    """DRF's throttle: so many requests a minute of one person, from wherever."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user
        if not isinstance(user, User):
            return True
        self._wait = floods.hold(
            "api-person",
            client=f"user:{user.pk}",
            per_minute=settings.API_PER_MINUTE,
            project_id=lambda: next(iter(accounts.project_ids(user, action="workflow.view")), _first_project()),
            source=SOURCE,
        )
        return self._wait == 0

    def wait(self) -> float:
        return self._wait


def _first_project() -> int:
    return accounts.default_project().pk
