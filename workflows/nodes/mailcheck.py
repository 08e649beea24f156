"""Addresses of e-mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.mailcheck import VENDOR
from workflows.vendor_node import VendorNode


class Mailcheck(VendorNode):
    """The table `integrations/vendors/mailcheck.py` as a node."""

    type = "mailcheck"
    title = _("Проверка почты Mailcheck")
    description = _("Проверяет, можно ли доверять адресу почты.")
    vendor = VENDOR
