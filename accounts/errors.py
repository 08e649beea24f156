"""What can go wrong about people and rights, and the root of every typed error of the house."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A situation the caller can act on.

    `code` is stable and machine-readable, `message` is for a person, `details` is a JSON object
    that names fields, states or ids. The HTTP status is decided in `config.api_errors`, not here.
    """

    code: str = "error"
    message: str | Promise = _("Ошибка")

    def __init__(self, message: str | Promise | None = None, *, code: str | None = None, **details: Any) -> None:
        self.message = message if message is not None else type(self).message
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class AccountsError(DomainError):
    """Root of this package's errors."""


class Forbidden(AccountsError):
    """The person may see the object, but not do this to it."""

    code = "forbidden"
    message = _("Недостаточно прав для этого действия")
