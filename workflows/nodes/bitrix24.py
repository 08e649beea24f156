"""CRM and tasks of Bitrix24."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.bitrix24 import VENDOR
from workflows.vendor_node import VendorNode


class Bitrix24(VendorNode):
    """The table `integrations/vendors/bitrix24.py` as a node."""

    type = "bitrix24"
    title = _("Битрикс24")
    description = _("Работает с лидами, сделками, контактами, компаниями и задачами Битрикс24 через входящий вебхук.")
    vendor = VENDOR
