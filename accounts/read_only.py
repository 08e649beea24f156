"""What pages of the admin have in common that only show their rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class ReadOnlyRows:
    """Nobody adds, changes or deletes a row by its form; what may be done to it are actions. Stands before the page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
