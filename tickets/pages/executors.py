"""`/executors`: who takes tickets of which category, for those who manage the desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError, Forbidden
from accounts.services import project_ids
from tickets.models import TicketCategory
from tickets.pages.forms import ExecutorForm, SeatForm
from tickets.pages.frame import attempt, page, person, show
from tickets.services import executors, people


@page
@require_http_methods(["GET", "HEAD", "POST"])
def executor_list(request: HttpRequest) -> HttpResponse:
    """404 for who manages no desk, as for everything that is not theirs."""
    user = person(request)
    if not project_ids(user, action="desk.manage"):
        raise Forbidden(action="desk.manage")
    form = ExecutorForm(request.POST or None, categories=TicketCategory.objects.managed_by(user))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            executors.add(
                actor=user,
                user_id=said["user"].pk,
                category_id=said["category"].pk,
                priority=said["priority"],
                max_tickets=said["max_tickets"],
            )
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Исполнитель добавлен"))
            return redirect("desk-executors")
    rows = list(executors.managed_by(user))
    loads = people.loads_in({seat.ticket_category_id for seat in rows})
    seats = [(seat, loads[seat.user_id, seat.ticket_category_id]) for seat in rows]
    return show(request, "executors", status=422 if form.errors else 200, form=form, seats=seats)


@page
@require_POST
def change_executor(request: HttpRequest, seat_id: int) -> HttpResponse:
    """Priority, limit, and whether they take tickets; `remove` takes the line away."""
    seat = executors.find(person(request), seat_id)
    back = reverse("desk-executors")
    if "remove" in request.POST:
        return attempt(request, lambda: executors.remove(seat=seat), back=back, done=_("Исполнитель убран"))
    form = SeatForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Приоритет и предел — целые числа, предел не меньше 1"))
        return redirect(back)
    return attempt(request, lambda: executors.change(seat=seat, **form.cleaned_data), back=back, done=_("Сохранено"))
