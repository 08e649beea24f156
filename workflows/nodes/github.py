"""Files and issues of GitHub."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.github import VENDOR
from workflows.vendor_node import VendorNode


class Github(VendorNode):
    """The table `integrations/vendors/github.py` as a node."""

    type = "github"
    title = _("Файлы и обращения GitHub")
    description = _("Записывает файлы в репозитории GitHub, заводит обращения и отвечает в них.")
    vendor = VENDOR
