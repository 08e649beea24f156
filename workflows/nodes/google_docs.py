"""Texts of Google Docs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.google_docs import VENDOR
from workflows.vendor_node import VendorNode


class GoogleDocs(VendorNode):
    """The table `integrations/vendors/google_docs.py` as a node."""

    type = "google-docs"
    title = _("Документы Google")
    description = _("Читает текст документов Google, дописывает его и создаёт документы.")
    vendor = VENDOR
