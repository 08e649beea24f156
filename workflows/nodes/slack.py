"""Messages of a bot in Slack."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.slack import VENDOR
from workflows.vendor_node import VendorNode


class Slack(VendorNode):
    """The table `integrations/vendors/slack.py` as a node."""

    type = "slack"
    title = _("Сообщения Slack")
    description = _("Пишет, меняет и удаляет сообщения Slack от имени бота и читает каналы.")
    vendor = VENDOR
