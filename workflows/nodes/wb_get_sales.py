"""Sales and returns at Wildberries, one row for each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.node_type import Port
from workflows.wildberries.reports import REPORT_PORTS, ReportNode


class WbGetSales(ReportNode):
    """Sales that have changed since a day, or those of whole days."""

    type = "wb-get-sales"
    title = _("Получить продажи WB")
    description = _("Получает продажи и возвраты продавца Wildberries: изменившиеся с начала периода или по дням")
    outputs = (Port("sales_out", _("Продажи")), *REPORT_PORTS)
    report = "sales"
    nothing = _("Wildberries не отдал продажи: %(reason)s")
