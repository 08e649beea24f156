"""Posts and pages of WordPress."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.wordpress import VENDOR
from workflows.vendor_node import VendorNode


class Wordpress(VendorNode):
    """The table `integrations/vendors/wordpress.py` as a node."""

    type = "wordpress"
    title = _("Сайт на WordPress")
    description = _("Находит, читает, создаёт и меняет записи и страницы сайта на WordPress.")
    vendor = VENDOR
