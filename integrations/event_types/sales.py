"""PURE: events of the group `sales`: leads, deals, orders, payments."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from integrations.event_types.shape import EventType, Kind, optional, required

GROUP: Final = "sales"
TITLE: Final = _("Продажи, заказы и оплаты")

TYPES: Final = (
    EventType(
        "crm.contact_created",
        _("Новый контакт в CRM"),
        GROUP,
        Kind.PUSH,
        subject="contactId",
        dedup="contactId",
        bullets=(16,),
        fields=(
            required("contactId", "string", "c-1"),
            optional("name", "string", "Анна"),
            optional("email", "string", "anna@example.org"),
        ),
    ),
    EventType(
        "crm.order_created",
        _("Новый заказ в CRM"),
        GROUP,
        Kind.PUSH,
        subject="orderId",
        dedup="orderId",
        bullets=(16,),
        fields=(
            required("orderId", "string", "o-1"),
            optional("amount", "number", 100),
            optional("contactId", "string", "c-1"),
        ),
    ),
    EventType(
        "lead.created",
        _("Новый лид с рекламы"),
        GROUP,
        Kind.PUSH,
        subject="leadId",
        dedup="source:leadId",
        bullets=(17,),
        fields=(
            required("leadId", "string", "l-1"),
            optional("source", "string", "meta"),
            optional("campaign", "string", "Весна"),
            optional("phone", "string", "+79990000000"),
            optional("email", "string", "anna@example.org"),
        ),
    ),
    EventType(
        "payment.received",
        _("Пришла оплата"),
        GROUP,
        Kind.PUSH,
        subject="orderId",
        dedup="paymentId",
        bullets=(18,),
        fields=(
            required("paymentId", "string", "p-1"),
            required("amount", "number", 100),
            optional("currency", "string", "RUB"),
            optional("orderId", "string", "o-1"),
        ),
    ),
    EventType(
        "subscription.expired",
        _("Подписка истекла"),
        GROUP,
        Kind.PUSH,
        subject="subscriptionId",
        dedup="subscriptionId:expiredAt",
        bullets=(19,),
        fields=(
            required("subscriptionId", "string", "s-1"),
            optional("contactId", "string", "c-1"),
            optional("expiredAt", "date-time", "2026-03-01T00:00:00+03:00"),
        ),
    ),
    EventType(
        "deal.stage_changed",
        _("Сделка перешла в новый статус"),
        GROUP,
        Kind.PUSH,
        subject="dealId",
        dedup="",
        bullets=(20,),
        fields=(
            required("dealId", "string", "d-1"),
            required("stage", "string", "won"),
            optional("previousStage", "string", "new"),
        ),
    ),
    EventType(
        "order.cancelled_after_manager",
        _("Заказ отменён после общения с менеджером"),
        GROUP,
        Kind.PUSH,
        subject="orderId",
        dedup="orderId",
        bullets=(21,),
        fields=(
            required("orderId", "string", "o-1"),
            optional("managerId", "string", "7"),
            optional("reason", "string", "Дорого"),
        ),
    ),
    EventType(
        "payment.attempt_incomplete",
        _("Попытка оплаты не завершена"),
        GROUP,
        Kind.PUSH,
        subject="orderId",
        dedup="attemptId",
        bullets=(22,),
        fields=(
            required("attemptId", "string", "a-1"),
            optional("orderId", "string", "o-1"),
            optional("amount", "number", 100),
            optional("reason", "string", "3ds"),
        ),
    ),
)
