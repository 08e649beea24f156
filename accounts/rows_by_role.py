"""Who may do what with a row on its page of the admin, where that is a matter of the person's role."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from accounts import services


class RowsByRole:
    """The same rights as in the API: the role in the row's project decides. Stands before the page.

    `viewed_by`, `changed_by` and `removed_by` are actions of the table of roles; without one nobody does it by a form.
    """

    viewed_by: ClassVar[str]
    changed_by: ClassVar[str | None] = None
    removed_by: ClassVar[str | None] = None

    def project_of(self, row: Any) -> int | None:
        """The row's project; None for a row of no project, which is for those who may do it in some project."""
        return int(row.project_id)

    def may(self, request: HttpRequest, action: str, row: Any = None) -> bool:
        """Whether the person may do `action` to `row`, or to any row at all."""
        allowed = services.project_ids(request.user, action=action)
        project = None if row is None else self.project_of(row)
        return bool(allowed) if project is None else project in allowed

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.viewed_by, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.changed_by is not None and self.may(request, self.changed_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changed_by is not None and self.may(request, self.changed_by, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.removed_by is not None and self.may(request, self.removed_by, obj)
