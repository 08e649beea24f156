"""Letters of Gmail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.gmail import VENDOR
from workflows.vendor_node import VendorNode


class Gmail(VendorNode):
    """The table `integrations/vendors/gmail.py` as a node."""

    type = "gmail"
    title = _("Письма Gmail")
    description = _("Отправляет письма из ящика Gmail, отвечает на них, находит и читает их.")
    vendor = VENDOR
