"""Alerts of SIGNL4."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.signl4 import VENDOR
from workflows.vendor_node import VendorNode


class Signl4(VendorNode):
    """The table `integrations/vendors/signl4.py` as a node."""

    type = "signl4"
    title = _("Тревоги SIGNL4")
    description = _("Поднимает и закрывает тревоги дежурной команды в SIGNL4.")
    vendor = VENDOR
