"""Orders at Wildberries, one row for every piece that was ordered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.node_type import Port
from workflows.wildberries.reports import REPORT_PORTS, ReportNode


class WbGetOrders(ReportNode):
    """Orders that have changed since a day, or those of whole days."""

    type = "wb-get-orders"
    title = _("Получить заказы WB")
    description = _("Получает заказы продавца Wildberries: изменившиеся с начала периода или оформленные по дням")
    outputs = (Port("orders_out", _("Заказы")), *REPORT_PORTS)
    report = "orders"
    nothing = _("Wildberries не отдал заказы: %(reason)s")
