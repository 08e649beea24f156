"""Mailcheck: whether an address of e-mail can be trusted."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from integrations.credential_kinds import BEARER
from integrations.vendors.shape import Field, Operation, Vendor

VENDOR = Vendor(
    name="mailcheck",
    base_url="https://api.mailcheck.co/v1",
    kinds=(BEARER,),
    operations=(
        Operation(
            "email-check",
            gettext_noop("Проверить адрес"),
            "POST",
            "/singleEmail:check",
            (Field("email", gettext_noop("Адрес почты"), gettext_noop("Какой адрес проверить"), required=True),),
            repeatable=True,
        ),
    ),
)
