"""What can go wrong with Google Sheets, by what cures it. `details.answer` is what Google says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.errors import Refused


class SheetsAccessMissing(Refused):
    """401 or 403: the table is not shared with the service account, or the API is switched off in its project."""

    code = "sheets_access_missing"
    message = _("Нет доступа к таблице Google: откройте её адресу сервисного аккаунта и включите Google Sheets API")


class SheetNotFound(Refused):
    """404: no table of this id."""

    code = "sheet_not_found"
    message = _("Таблица Google не найдена: проверьте её адрес")


class RangeRefused(Refused):
    """400: no such sheet in the table, or the range cannot be read."""

    code = "sheet_range_refused"
    message = _("Google не понял диапазон или значения: проверьте название листа и диапазон")
