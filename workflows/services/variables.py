"""Values that the workflows of a project share. They are no secrets: whoever may look at the project reads them."""

from __future__ import annotations

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Sum, TextField
from django.db.models.functions import Cast, Coalesce, Length

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations import safe_json
from workflows.errors import VariableExists, VariableNotFound, VariableTooLarge
from workflows.models import Variable

MAX_BYTES: Final = 100_000
MAX_COUNT: Final = 1_000
MAX_TOTAL: Final = 1_000_000
"""Characters of all values of a project: a step whose expressions name one reads them all."""


def variable_values(project_id: int) -> dict[str, Any]:
    """All variables of a project by their names."""
    return dict(Variable.objects.filter(project_id=project_id).values_list("key", "value"))


@transaction.atomic
def create_variable(*, user: Any, key: str, value: Any, project: str | None = None) -> Variable:
    """A new variable of the project with this code, else of the default one or the first where `user` may make one.

    Raises `Forbidden`, `ProjectNotFound`, `VariableExists`, `VariableTooLarge`.
    """
    project_id = accounts_services.project_for(user, action="variable.edit", code=project)
    _refuse_large(value)
    if Variable.objects.filter(project_id=project_id).count() >= MAX_COUNT:
        raise VariableTooLarge(limit=MAX_COUNT)
    return _written(Variable(project_id=project_id, key=key, value=value))


@transaction.atomic
def replace_variable(*, user: Any, variable_id: int, key: str, value: Any) -> Variable:
    """The variable with another name and value. Raises `Forbidden`, `VariableNotFound` and as `create_variable`."""
    variable = _locked(user, variable_id)
    _refuse_large(value)
    variable.key, variable.value, variable.updated_at = key, value, Clock()
    return _written(variable)


@transaction.atomic
def delete_variable(*, user: Any, variable_id: int) -> None:
    """Expressions that name it find null from now on. Raises `Forbidden`, `VariableNotFound`."""
    _locked(user, variable_id).delete()


def _locked(user: Any, variable_id: int) -> Variable:
    variable = Variable.objects.visible_to(user).select_for_update().filter(pk=variable_id).first()
    if variable is None:
        raise VariableNotFound
    accounts_services.require(user, "variable.edit", variable.project_id)
    return variable


def _written(variable: Variable) -> Variable:
    others = Variable.objects.filter(project_id=variable.project_id).exclude(pk=variable.pk)
    known = others.aggregate(size=Coalesce(Sum(Length(Cast("value", TextField()))), 0))["size"]
    if known + len(safe_json.dumps(variable.value)) > MAX_TOTAL:
        raise VariableTooLarge(limit=MAX_TOTAL)
    try:
        with transaction.atomic():
            variable.save()
    except IntegrityError:
        raise VariableExists(key=variable.key) from None
    variable.refresh_from_db()
    return variable


def _refuse_large(value: Any) -> None:
    if len(safe_json.dumps(value).encode()) > MAX_BYTES:
        raise VariableTooLarge(limit=MAX_BYTES)
