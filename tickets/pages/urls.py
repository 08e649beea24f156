"""Addresses of the pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.urls import URLPattern, path

from tickets.pages import executors, telegram_link, tickets
from tickets.pages.forms import LoginForm
from tickets.pages.frame import locked_down
from tickets.pages.unsubscribe import unsubscribe


class Login(LoginView):
    """The log-in of the pages; who is logged in already goes on."""

    template_name = "desk/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        return locked_down(super().render_to_response(context, **options))


urlpatterns: list[URLPattern] = [
    path("login", Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(next_page="login"), name="logout"),
    path("tickets", tickets.ticket_list, name="desk-tickets"),
    path("tickets/new", tickets.new_ticket, name="desk-new"),
    path("tickets/<int:number>", tickets.one_ticket, name="desk-ticket"),
    path("tickets/<int:number>/comments", tickets.say, name="desk-say"),
    path("tickets/<int:number>/notes", tickets.write_note, name="desk-note"),
    path("tickets/<int:number>/do/<slug:verb>", tickets.act, name="desk-act"),
    path("tickets/files/<uuid:attachment_id>", tickets.ticket_file, name="desk-file"),
    path("executors", executors.executor_list, name="desk-executors"),
    path("executors/<int:seat_id>", executors.change_executor, name="desk-executor"),
    path("profile/telegram", telegram_link.telegram_link, name="desk-telegram"),
    path("unsubscribe/<str:token>", unsubscribe, name="unsubscribe"),
]
