"""What all pages of the desk have in common: a person is logged in, nothing comes from another host."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from accounts.errors import DomainError, Forbidden
from accounts.models import User
from accounts.services import project_ids
from tickets.errors import AttachmentNotFound, CategoryNotFound, ExecutorNotFound, TicketNotFound

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
MISSING: Final = (TicketNotFound, CategoryNotFound, ExecutorNotFound, AttachmentNotFound)
PAGE_SIZE: Final = 50

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page for who is logged in: what they may not see is 404, and the browser loads nothing from elsewhere."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            response = view(request, *args, **options)
        except MISSING as error:
            raise Http404 from error
        except Forbidden as error:
            raise Http404 from error
        return locked_down(response)

    return guarded


def locked_down(response: HttpResponse) -> HttpResponse:
    """With a policy under which the browser takes nothing from other hosts and shows the page in no frame."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def person(request: HttpRequest) -> User:
    """Who is logged in; `page` has seen to it."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def attempt(request: HttpRequest, act: Callable[[], Any], *, back: str, done: Any = "") -> HttpResponseRedirect:
    """Do something that a form has asked for, and go back to a page that says what came of it."""
    try:
        act()
    except MISSING:
        raise
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        if done:
            messages.success(request, str(done))
    return redirect(back)


def show(request: HttpRequest, template: str, status: int = 200, **values: Any) -> HttpResponse:
    """A page for who is logged in; those who manage a desk get the way to its executors."""
    manages = bool(project_ids(person(request), action="desk.manage"))
    return render(request, f"desk/{template}.html", {"manages_desk": manages, **values}, status=status)


def pages_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page of `rows` that the address asks for; the nearest there is when it asks for one that is not."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
