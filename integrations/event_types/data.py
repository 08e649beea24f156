"""PURE: events of the group `data`: rows, documents, releases."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from integrations.event_types.shape import EventType, Kind, optional, required

GROUP: Final = "data"
TITLE: Final = _("Документы, данные и системы")

TYPES: Final = (
    EventType(
        "sheet.row_added",
        _("Новая строка в таблице"),
        GROUP,
        Kind.POLL,
        subject="",
        dedup="row",
        bullets=(31,),
        fields=(required("row", "object", {}),),
    ),
    EventType(
        "document.created",
        _("Создан документ или файл для клиента"),
        GROUP,
        Kind.PUSH,
        subject="documentId",
        dedup="documentId",
        bullets=(32,),
        fields=(
            required("documentId", "string", "doc-1"),
            optional("name", "string", "Договор.pdf"),
            optional("url", "string", "https://example.org/doc"),
            optional("contactId", "string", "c-1"),
        ),
    ),
    EventType(
        "data.invalid_or_incomplete",
        _("Ошибка или неполнота в базе данных"),
        GROUP,
        Kind.POLL,
        subject="",
        dedup="",
        bullets=(33,),
        fields=(
            required("row", "object", {}),
            optional("rule", "string", "email"),
        ),
    ),
    EventType(
        "product.released",
        _("Вышло обновление продукта"),
        GROUP,
        Kind.PUSH,
        subject="version",
        dedup="product:version",
        bullets=(34,),
        fields=(
            required("version", "string", "2.0"),
            optional("product", "string", "Наряд"),
            optional("notes", "string", "…"),
        ),
    ),
)
