"""PURE: orders and sales of the sandbox's seller in the last ninety days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random
from typing import Any

from integrations.wildberries.batches import MOSCOW
from integrations.wildberries.sandbox.goods import ARTICLES, Article
from integrations.wildberries.sandbox.seller import Seller

Row = dict[str, Any]

KEPT_DAYS = 90
ORDERS_A_DAY = (8, 24)
WAREHOUSES = ("Коледино", "Подольск", "Электросталь", "Казань", "Краснодар", "Екатеринбург")
REGIONS = (
    ("Центральный федеральный округ", "Московская"),
    ("Центральный федеральный округ", "Тульская"),
    ("Приволжский федеральный округ", "Республика Татарстан"),
    ("Южный федеральный округ", "Краснодарский край"),
    ("Уральский федеральный округ", "Свердловская"),
)
NEVER = "0001-01-01T00:00:00"


def orders(seller: Seller, *, since: datetime, whole_day: bool, now: datetime) -> list[Row]:
    """Orders changed since a moment in Moscow (`whole_day`: ordered on its day), oldest change first."""
    return _wanted(_all(_orders_of, seller, now), since=since, whole_day=whole_day, now=now)


def sales(seller: Seller, *, since: datetime, whole_day: bool, now: datetime) -> list[Row]:
    """Sales and returns, chosen like orders. About two of three orders are sold."""
    return _wanted(_all(_sales_of, seller, now), since=since, whole_day=whole_day, now=now)


def _wanted(rows: list[Row], *, since: datetime, whole_day: bool, now: datetime) -> list[Row]:
    known = [row for row in rows if row["lastChangeDate"] <= _text(now)]
    if whole_day:
        wanted = [row for row in known if row["date"][:10] == since.date().isoformat()]
    else:
        wanted = [row for row in known if row["lastChangeDate"] > _text(since)]
    return sorted(wanted, key=lambda row: (row["lastChangeDate"], row["srid"]))


def _all(rows_of: Callable[[Seller, date], tuple[Row, ...]], seller: Seller, now: datetime) -> list[Row]:
    first = now.date() - timedelta(days=KEPT_DAYS - 1)
    return [row for number in range(KEPT_DAYS) for row in rows_of(seller, first + timedelta(days=number))]


@lru_cache(maxsize=4 * KEPT_DAYS)
def _orders_of(seller: Seller, day: date) -> tuple[Row, ...]:
    """Orders of a day; the same objects each time, so nobody may change them."""
    return tuple(_order(ordered) for ordered in _ordered_on(seller, day))


@lru_cache(maxsize=4 * KEPT_DAYS)
def _sales_of(seller: Seller, day: date) -> tuple[Row, ...]:
    """What became of the orders of a day."""
    return tuple(_sale(ordered) for ordered in _ordered_on(seller, day) if ordered["chance"].random() < 0.65)


def _ordered_on(seller: Seller, day: date) -> list[Row]:
    chance = seller.random("orders", day)
    return [_ordered(seller, day, number) for number in range(chance.randint(*ORDERS_A_DAY))]


def _ordered(seller: Seller, day: date, number: int) -> Row:
    """What is common to an order and its sale, and the chance that decides the rest."""
    chance = seller.random("order", day, number)
    article = chance.choice(ARTICLES)
    moment = datetime.combine(day, time(), MOSCOW) + timedelta(seconds=chance.randint(0, 86_399))
    district, region = chance.choice(REGIONS)
    return {
        "chance": chance,
        "article": article,
        "moment": moment,
        "row": {
            "warehouseName": chance.choice(WAREHOUSES),
            "warehouseType": "Склад WB",
            "countryName": "Россия",
            "oblastOkrugName": district,
            "regionName": region,
            **_goods(article),
            "techSize": chance.choice(("S", "M", "L", "0")),
            "incomeID": 56_000_000 + chance.randint(0, 9_999),
            "isSupply": False,
            "isRealization": True,
            **_prices(chance, article),
            "sticker": str(chance.randint(900_000_000, 999_999_999)),
            "gNumber": str(chance.randint(10**19, 10**20 - 1)),
            "srid": f"11.r{chance.getrandbits(128):032x}.{number}.0",
        },
    }


def _goods(article: Article) -> Row:
    return {
        "supplierArticle": f"A-{article.nm_id % 10_000}",
        "nmId": article.nm_id,
        "barcode": str(2_040_000_000_000 + article.nm_id),
        "category": article.category,
        "subject": article.subject,
        "brand": article.brand,
    }


def _prices(chance: Random, article: Article) -> Row:
    own, theirs = chance.randint(5, 25), chance.randint(10, 30)
    after_own = _percent(Decimal(article.price), 100 - own)
    return {
        "totalPrice": article.price,
        "discountPercent": own,
        "spp": theirs,
        "finishedPrice": _percent(after_own, 100 - theirs),
        "priceWithDisc": after_own,
    }


def _order(ordered: Row) -> Row:
    chance, moment = ordered["chance"], ordered["moment"]
    cancelled = chance.random() < 0.08
    changed = moment + timedelta(minutes=chance.randint(1, 2_000))
    return {
        "date": _text(moment),
        "lastChangeDate": _text(changed),
        **ordered["row"],
        "isCancel": cancelled,
        "cancelDate": _text(changed) if cancelled else NEVER,
    }


def _sale(ordered: Row) -> Row:
    chance, row = ordered["chance"], ordered["row"]
    sold = ordered["moment"] + timedelta(hours=chance.randint(24, 96))
    returned = chance.random() < 0.05
    return {
        "date": _text(sold),
        "lastChangeDate": _text(sold + timedelta(minutes=chance.randint(1, 600))),
        **row,
        "paymentSaleAmount": chance.randint(0, 90),
        "forPay": _percent(row["priceWithDisc"], 83),
        "saleID": f"{'R' if returned else 'S'}{chance.randint(10**9, 10**10 - 1)}",
    }


def _percent(amount: Decimal, percent: int) -> Decimal:
    return (amount * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _text(moment: datetime) -> str:
    """Moscow time without a zone, as Wildberries writes it."""
    return moment.astimezone(MOSCOW).replace(tzinfo=None).isoformat(timespec="seconds")
