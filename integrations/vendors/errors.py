"""What can go wrong with a service beyond what the door says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.errors import Refused


class VendorRefused(Refused):
    """The service answers, and says no; its words are in `details`."""

    code = "vendor_refused"
    message = _("Сервис отказал в запросе")


class VendorAddressMissing(Refused):
    """Nobody has said where the service is."""

    code = "vendor_address_missing"
    message = _("В учётных данных не указан адрес сервиса (baseUrl)")


class VendorPagesEndless(Refused):
    """The service has more pages than one step reads."""

    code = "vendor_pages_endless"
    message = _("Страниц больше, чем читает один шаг: уточните запрос")
