"""Pages and databases of Notion."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.notion import VENDOR
from workflows.vendor_node import VendorNode


class Notion(VendorNode):
    """The table `integrations/vendors/notion.py` as a node."""

    type = "notion"
    title = _("Страницы Notion")
    description = _("Работает со страницами и базами Notion: находит, читает, создаёт и меняет страницы.")
    vendor = VENDOR
