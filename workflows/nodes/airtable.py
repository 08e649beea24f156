"""Records of Airtable."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.airtable import VENDOR
from workflows.vendor_node import VendorNode


class Airtable(VendorNode):
    """The table `integrations/vendors/airtable.py` as a node."""

    type = "airtable"
    title = _("Записи Airtable")
    description = _("Находит, читает, создаёт, меняет и удаляет записи таблиц Airtable.")
    vendor = VENDOR
