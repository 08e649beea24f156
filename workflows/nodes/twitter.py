"""Posts on X."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.twitter import VENDOR
from workflows.vendor_node import VendorNode


class Twitter(VendorNode):
    """The table `integrations/vendors/twitter.py` as a node."""

    type = "twitter"
    title = _("Записи в X (Twitter)")
    description = _("Публикует, удаляет и находит записи в X.")
    vendor = VENDOR
