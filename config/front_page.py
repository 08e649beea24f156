"""`/`: leads people to where they work."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Staff to the admin, everybody else to their tickets, who is not logged in to the log-in."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(request.path)
    return redirect("admin:index" if user.is_active and user.is_staff else "desk-tickets")
