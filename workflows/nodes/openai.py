"""One question to a model."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.vendors.openai import VENDOR
from workflows.vendor_node import VendorNode


class Openai(VendorNode):
    """The table `integrations/vendors/openai.py` as a node."""

    type = "openai"
    title = _("Модели OpenAI")
    description = _(
        "Задаёт модели один вопрос на элемент: чат, продолжение текста или картинка; инструменты и память — у ai-agent."
    )
    vendor = VENDOR
