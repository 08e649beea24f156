"""The Graph API of Facebook."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.facebook_graph import VENDOR
from workflows.vendor_node import VendorNode


class FacebookGraph(VendorNode):
    """The table `integrations/vendors/facebook_graph.py` as a node."""

    type = "facebook-graph"
    title = _("Graph API Facebook и Instagram")
    description = _("Читает, создаёт и удаляет узлы и связи Graph API: страницы Facebook, записи Instagram.")
    vendor = VENDOR
