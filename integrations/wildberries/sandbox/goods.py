"""What the sandbox's seller sells, and the words that people look for it with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    """A product card. `price` is in roubles before discounts."""

    nm_id: int
    name: str
    subject_id: int
    subject: str
    category: str
    brand: str
    price: int
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """What kind of thing an article is."""

    id: int
    name: str
    category: str


def _article(number: int, name: str, subject: Subject, brand: str, price: int, *queries: str) -> Article:
    nm_id = 210_400_100 + number * 7_919
    return Article(nm_id, name, subject.id, subject.name, subject.category, brand, price, queries)


SHIRTS = Subject(192, "футболки", "Одежда")
DRESSES = Subject(69, "платья", "Одежда")
WALLETS = Subject(52, "кошельки", "Аксессуары")
RINGS = Subject(54, "ювелирные кольца", "Ювелирные изделия")
KETTLES = Subject(618, "чайники электрические", "Бытовая техника")
TOWELS = Subject(241, "полотенца банные", "Дом")
CREAMS = Subject(357, "кремы для лица", "Красота")

ARTICLES = (
    _article(1, "Футболка оверсайз хлопок белая", SHIRTS, "Северный лен", 1490, "футболка оверсайз", "белая футболка"),
    _article(2, "Футболка мужская с принтом", SHIRTS, "Северный лен", 1290, "футболка с принтом", "футболка мужская"),
    _article(3, "Футболка поло женская", SHIRTS, "Северный лен", 1890, "поло женское", "футболка с воротником"),
    _article(4, "Платье миди летнее", DRESSES, "Ива", 3490, "платье миди", "летнее платье"),
    _article(5, "Платье вечернее в пол", DRESSES, "Ива", 6990, "вечернее платье", "платье в пол"),
    _article(6, "Кошелек женский натуральная кожа", WALLETS, "Кожа и нить", 2590, "кошелек женский", "кошелек кожаный"),
    _article(7, "Картхолдер тонкий", WALLETS, "Кожа и нить", 990, "картхолдер", "кошелек для карт"),
    _article(8, "Кольцо серебряное с фианитом", RINGS, "Серебряный ручей", 2190, "кольцо серебро", "кольцо с камнем"),
    _article(9, "Кольцо обручальное гладкое", RINGS, "Серебряный ручей", 1790, "обручальное кольцо", "кольцо гладкое"),
    _article(10, "Чайник стеклянный 1,7 л", KETTLES, "Очаг", 2990, "чайник электрический", "чайник"),
    _article(11, "Полотенце махровое 70×140", TOWELS, "Тихий дом", 890, "полотенце банное", "махровое полотенце"),
    _article(12, "Крем для лица увлажняющий", CREAMS, "Роса", 790, "крем для лица", "увлажняющий крем"),
)
