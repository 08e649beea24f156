"""Statements of SQL in Snowflake."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.snowflake import VENDOR
from workflows.vendor_node import VendorNode


class Snowflake(VendorNode):
    """The table `integrations/vendors/snowflake.py` as a node."""

    type = "snowflake"
    title = _("Запросы к Snowflake")
    description = _("Выполняет запросы SQL в Snowflake и добавляет строки в таблицы.")
    vendor = VENDOR
