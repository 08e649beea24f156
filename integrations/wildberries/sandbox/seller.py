"""PURE: the sandbox's seller: its campaigns, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from integrations.wildberries.batches import MOSCOW
from integrations.wildberries.sandbox.goods import ARTICLES, Article

ACTIVE, PAUSED, FINISHED, READY, CANCELLED, DELETED = 9, 11, 7, 4, 8, -1

BESIDE_ACTIVE = {PAUSED: 4, FINISHED: 5, READY: 3, CANCELLED: 2, DELETED: 1}
"""How many campaigns of today's types there are beside the active ones."""

CURRENT, OBSOLETE = 9, 8
RETIRED = (4, 5, 6, 7)
"""Types that only finished campaigns of old have; Wildberries lists them, but gives no details of them."""

EPOCH = datetime(2025, 1, 13, 9, 0, tzinfo=MOSCOW)
"""Before it the seller had no campaigns. It does not move, so that the same seed means the same campaigns for ever."""

FOREVER = datetime(2100, 1, 1, tzinfo=MOSCOW)
PLACES = ("поиск", "каталог", "поиск и полки", "рекомендации")
AIMS = ("Осень", "Распродажа", "Новинки", "Хиты", "Остатки", "Тест ставок")


@dataclass(frozen=True)
class Campaign:
    """One campaign. It has statistics from the day of `started` to the day of `ended` (none: to this day)."""

    id: int
    type: int
    status: int
    name: str
    payment_type: str
    bid_type: str
    search: bool
    recommendations: bool
    can_change_articles: bool
    articles: tuple[Article, ...]
    bid_kopecks: int
    created: datetime
    changed: datetime
    started: datetime | None
    ended: datetime | None

    def runs_on(self, day: date) -> bool:
        """Whether the campaign was shown to anybody on that day."""
        if self.started is None or self.status not in (ACTIVE, PAUSED, FINISHED):
            return False
        return self.started.date() <= day and (self.ended is None or day <= self.ended.date())


class Seller:
    """One seller with `active` running campaigns and some of every other kind."""

    def __init__(self, *, seed: int = 1, active: int = 12) -> None:
        self.seed = seed
        statuses = [ACTIVE] * active + [status for status, count in BESIDE_ACTIVE.items() for _ in range(count)]
        current = [
            self._campaign(number, status, OBSOLETE if number % 11 == 10 else CURRENT)
            for number, status in enumerate(statuses)
        ]
        retired = [self._campaign(len(statuses) + number, FINISHED, kind) for number, kind in enumerate(RETIRED)]
        self.campaigns = tuple(current + retired)
        self.by_id = {campaign.id: campaign for campaign in self.campaigns}

    def random(self, *about: object) -> Random:
        """Chance that is the same for the same seed and the same things."""
        return Random(":".join(str(part) for part in (self.seed, *about)))  # noqa: S311

    def _campaign(self, number: int, status: int, kind: int) -> Campaign:
        chance = self.random("campaign", number)
        articles = tuple(chance.sample(ARTICLES, k=chance.randint(1, 4)))
        created = EPOCH + timedelta(days=chance.randint(0, 120), minutes=chance.randint(0, 600))
        never_started = status in (READY, DELETED)
        started = None if never_started else created + timedelta(days=chance.randint(0, 3), minutes=37)
        changed = (started or created) + timedelta(days=chance.randint(4, 60), minutes=chance.randint(0, 600))
        place = chance.choice(PLACES)
        return Campaign(
            id=22_000_000 + self.seed % 1000 * 10_000 + number * 137 + chance.randint(0, 99),
            type=kind,
            status=status,
            name=f"{articles[0].name}, {place}. {chance.choice(AIMS)}",
            payment_type=chance.choice(("cpm", "cpm", "cpc")),
            bid_type="unified" if kind == OBSOLETE else chance.choice(("manual", "unified")),
            search="поиск" in place or place == "каталог",
            recommendations=place in ("рекомендации", "поиск и полки"),
            can_change_articles=status in (READY, ACTIVE, PAUSED),
            articles=articles,
            bid_kopecks=chance.randint(15, 120) * 1000,
            created=created,
            changed=changed,
            started=started,
            ended=changed if status == FINISHED else None,
        )
