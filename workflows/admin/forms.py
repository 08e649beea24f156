"""The form in which a workflow is changed by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from accounts.errors import DomainError
from integrations import safe_json
from workflows import services
from workflows.admin.findings import pretty
from workflows.models import Workflow
from workflows.services.checking import EMPTY


class WorkflowForm(forms.ModelForm):
    """Everything of a workflow, its definition as JSON. Faults of the graph do not keep it from being saved."""

    code = forms.RegexField(
        r"^\w[\w.-]{0,49}\Z",
        label=capfirst(_("код")),
        required=False,
        help_text=_("Пусто — следующий свободный WF-01"),
        widget=UnfoldAdminTextInputWidget,
    )
    definition = forms.CharField(
        label=capfirst(_("описание графа")), widget=UnfoldAdminTextareaWidget(attrs={"rows": 30, "spellcheck": "false"})
    )
    publish = forms.BooleanField(
        label=capfirst(_("опубликовать")),
        required=False,
        help_text=_("Сразу, если в описании нет ошибок; иначе — черновик"),
        widget=UnfoldBooleanWidget,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Workflow
        fields = ("name", "code", "description", "priority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = self.instance.newest_version
        self.initial["definition"] = pretty(EMPTY if newest is None else newest.definition)
        self.initial["version"] = self.instance.version or None

    def clean_definition(self) -> Any:
        """The document, if it is a definition at all."""
        try:
            definition = safe_json.loads(self.cleaned_data["definition"])
            services.validate_definition(definition)
        except safe_json.UnsafeJSON as error:
            raise forms.ValidationError(_("Это не JSON: %(reason)s"), params={"reason": str(error)}) from error
        except DomainError as error:
            place = ", ".join(f"{name}: {value}" for name, value in error.details.items())
            raise forms.ValidationError(
                "%(message)s (%(place)s)", params={"message": error.message, "place": place}
            ) from error
        return definition

    def clean(self) -> dict[str, Any] | None:
        """Tells of a stale page before anything is written."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.version:
            try:
                services.refuse_stale(self.instance, services.Expected(version=cleaned.get("version")))
            except DomainError as error:
                raise forms.ValidationError(str(error.message), code=error.code) from error
        return cleaned

    def particulars(self) -> services.Particulars:
        written = self.cleaned_data
        return services.Particulars(
            name=written["name"],
            description=written["description"],
            kind=self.instance.kind,
            priority=written["priority"],
            code=written["code"] or None,
        )
