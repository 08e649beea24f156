"""Posts on Reddit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.reddit import VENDOR
from workflows.vendor_node import VendorNode


class Reddit(VendorNode):
    """The table `integrations/vendors/reddit.py` as a node."""

    type = "reddit"
    title = _("Записи Reddit")
    description = _("Находит записи Reddit по словам и читает новые записи сообществ.")
    vendor = VENDOR
