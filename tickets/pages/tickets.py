"""`/tickets`, `/tickets/new`, `/tickets/{number}`: asking for something, following it, and doing the work."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.models import User
from tickets.lifecycle import Part, Verb, allowed_verbs
from tickets.models import Ticket
from tickets.pages.forms import TicketForm, VerbForm, WordsForm
from tickets.pages.frame import attempt, page, pages_of, person, show
from tickets.services import creation, deliveries, people, reading, talk
from tickets.services.downloads import download
from tickets.services.transitions import transition
from tickets.terms import Term

WEB: Final = Ticket.Source.WEB


def _terms() -> list[tuple[str, str]]:
    """How long a ticket may be put off in one press."""
    names = {Term.HOUR: _("1 час"), Term.TOMORROW: _("Завтра"), Term.THREE_DAYS: _("3 дня"), Term.WEEK: _("Неделя")}
    return [(term.value, name) for term, name in names.items()]


def _listed(user: User, view: str) -> QuerySet[Ticket]:
    seen = reading.visible_to(user)
    views = {
        "mine": seen.filter(author=user),
        "hand": seen.filter(executor=user, closed_at=None),
        "free": seen.filter(status_id=1),
    }
    return views.get(view, seen)


@page
@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    view = request.GET.get("view", "mine")
    views = [("mine", _("Мои")), ("hand", _("У меня в работе")), ("free", _("Свободные")), ("all", _("Все"))]
    rows = pages_of(request, _listed(person(request), view))
    return show(request, "tickets", rows=rows, view=view, views=views)


@page
@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    author = person(request)
    categories = reading.open_categories(author)
    form = TicketForm(request.POST or None, request.FILES or None, categories=categories)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ticket = creation.create(
                author=author,
                category_id=said["category"].pk,
                title=said["title"],
                description=said["description"],
                priority=said["priority"],
                files=said["uploads"],
                source=WEB,
                key=form.key(author),
            )
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("desk-ticket", ticket.number)
    return show(request, "new", status=422 if form.errors else 200, form=form)


@page
@require_GET
def one_ticket(request: HttpRequest, number: int) -> HttpResponse:
    user = person(request)
    ticket = reading.find(user, number)
    parts = reading.parts_of(user, ticket)
    works = reading.does_work(parts)
    messages_sent = deliveries.of_ticket(ticket) if works else []
    return show(
        request,
        "ticket",
        ticket=ticket,
        verbs={verb.value for verb in allowed_verbs(ticket.state, parts)},
        works=works,
        history=reading.history(ticket),
        comments=reading.comments(ticket),
        files=reading.files(ticket).filter(comment=None),
        notes=reading.notes(ticket, parts),
        form=WordsForm(),
        terms=_terms(),
        executors=_others(ticket) if Part.MANAGER in parts else [],
        run_address=_run_address(ticket) if works else "",
        caused_address=_caused_address(ticket) if works else "",
        messages_sent=messages_sent,
        unsent=any(message.state != "sent" for message in messages_sent),
    )


def _others(ticket: Ticket) -> list[User]:
    """To whom a manager may give the ticket."""
    serving = [one.user_id for one in people.executors_of(ticket.category_id) if one.user_id != ticket.executor_id]
    return list(User.objects.filter(pk__in=serving).order_by("name", "username"))


def _run_address(ticket: Ticket) -> str:
    """The page of the run that has opened the ticket."""
    if ticket.execution_id is None:
        return ""
    return reverse("admin:executions_execution_change", args=[ticket.execution_id])


def _caused_address(ticket: Ticket) -> str:
    """The page of what the ticket's events have started, for who may open it there."""
    return f"{reverse('admin:executions_reaction_changelist')}?q={ticket.number}"


@page
@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """A button of the ticket's page."""
    user = person(request)
    reading.find(user, number)
    form = VerbForm(request.POST)
    back = reverse("desk-ticket", args=[number])
    if not form.is_valid() or verb not in list(Verb):
        return redirect(back)
    said: dict[str, Any] = form.said()
    return attempt(
        request,
        lambda: transition(actor=user, ticket_id=number, verb=verb, source=WEB, **said),
        back=back,
        done=_("Готово"),
    )


@page
@require_POST
def say(request: HttpRequest, number: int) -> HttpResponse:
    """A comment, perhaps with files."""
    user = person(request)
    reading.find(user, number)
    form = WordsForm(request.POST, request.FILES)
    back = reverse("desk-ticket", args=[number])
    if not form.is_valid():
        return redirect(back)
    text, files = form.cleaned_data["text"], form.cleaned_data["uploads"]
    return attempt(
        request,
        lambda: talk.comment(
            actor=user, ticket_id=number, text=text, files=files, source=WEB, key=form.key(user, about=number)
        ),
        back=back,
    )


@page
@require_POST
def write_note(request: HttpRequest, number: int) -> HttpResponse:
    """A note for those who do the work."""
    user = person(request)
    reading.find(user, number)
    text = request.POST.get("text", "")
    return attempt(
        request,
        lambda: talk.add_note(actor=user, ticket_id=number, text=text),
        back=reverse("desk-ticket", args=[number]),
    )


@page
@require_GET
def ticket_file(request: HttpRequest, attachment_id: str) -> Any:
    return download(actor=person(request), attachment_id=str(attachment_id))
