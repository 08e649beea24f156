"""Rows of Supabase."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.supabase import VENDOR
from workflows.vendor_node import VendorNode


class Supabase(VendorNode):
    """The table `integrations/vendors/supabase.py` as a node."""

    type = "supabase"
    title = _("Строки Supabase")
    description = _("Находит, добавляет, меняет и удаляет строки таблиц Supabase.")
    vendor = VENDOR
