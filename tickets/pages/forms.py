"""What people write on the pages of the desk."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts import logins
from accounts.errors import TooManyAttempts
from accounts.models import User
from tickets.models import Ticket, TicketCategory
from tickets.services.attachments import NewFile
from tickets.services.creation import DESCRIPTION_LENGTH, TITLE_LENGTH
from tickets.services.talk import TEXT_LENGTH
from tickets.terms import Term


class LoginForm(AuthenticationForm):
    """The log-in of the pages, under the same limit of failures as `/auth/token`."""

    def clean(self) -> dict[str, Any]:
        address = logins.client_address(self.request.META if self.request else {})
        try:
            attempt = logins.reserve(username=self.cleaned_data.get("username") or "", address=address)
        except TooManyAttempts as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        cleaned: dict[str, Any] = super().clean()
        logins.forgive(attempt)
        return cleaned


class FilesInput(forms.FileInput):
    """A choice of several files, all of which count."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        chosen: list[UploadedFile] = files.getlist(name) if files else []
        return chosen


class FilesField(forms.FileField):
    """Any number of files; how many and how large is decided where they are kept."""

    def __init__(self) -> None:
        super().__init__(label=_("Файлы"), required=False, allow_empty_file=True, widget=FilesInput())

    def clean(self, data: Any, initial: Any = None) -> list[NewFile]:
        files: list[UploadedFile] = [file for file in data or [] if file]
        return [NewFile(file.name or "", file, file.size or 0) for file in files]


class OnceForm(forms.Form):
    """A form that may be sent twice by an impatient hand, and then does the same only once."""

    once = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)

    def key(self, sender: User, *, about: int = 0) -> str | None:
        """What this form with these words about a ticket is known by; other words from the same page are something
        else."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "uploads"}
        if said["once"] is None:
            return None
        words = "\n".join(f"{name}={value}" for name, value in sorted(said.items()))
        return f"web:{sender.pk}:{about}:{hashlib.sha256(words.encode()).hexdigest()}"


class TicketForm(OnceForm):
    category = forms.ModelChoiceField(
        TicketCategory.objects.none(), label=_("Категория"), empty_label=_("Выберите категорию")
    )
    title = forms.CharField(
        label=_("Тема"), max_length=TITLE_LENGTH, required=False, help_text=_("Без неё темой станет первая строка")
    )
    description = forms.CharField(
        label=_("Что случилось"), max_length=DESCRIPTION_LENGTH, widget=forms.Textarea(attrs={"rows": 8})
    )
    priority = forms.ChoiceField(label=_("Приоритет"), choices=Ticket.Priority.choices, initial=Ticket.Priority.NORMAL)
    uploads = FilesField()

    def __init__(self, *args: Any, categories: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]
        if len(only := list(categories[:2])) == 1:
            self.fields["category"].initial = only[0]


class WordsForm(OnceForm):
    """Something to say, perhaps with files."""

    text = forms.CharField(
        label=_("Комментарий"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    uploads = FilesField()


class VerbForm(forms.Form):
    """What comes with a button of the ticket's page; which of it counts, the verb decides."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=TEXT_LENGTH, required=False)
    term = forms.ChoiceField(choices=[(term.value, term.value) for term in Term], required=False)
    rating = forms.IntegerField(min_value=1, max_value=5, required=False)
    executor_id = forms.IntegerField(min_value=1, required=False)

    def said(self) -> dict[str, Any]:
        """The fields that were filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class ExecutorForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Человек"), empty_label=_("Выберите человека"))
    category = forms.ModelChoiceField(
        TicketCategory.objects.none(), label=_("Категория"), empty_label=_("Выберите категорию")
    )
    priority = forms.IntegerField(label=_("Приоритет"), initial=0, min_value=-(2**31), max_value=2**31 - 1)
    max_tickets = forms.IntegerField(label=_("Заявок не больше"), initial=10, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, categories: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = User.objects.people().filter(is_active=True).order_by("name", "username")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]


class SeatForm(forms.Form):
    """A change of one line of executors."""

    priority = forms.IntegerField(min_value=-(2**31), max_value=2**31 - 1)
    max_tickets = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    is_active = forms.BooleanField(required=False)
