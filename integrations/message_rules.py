"""PURE: rules that read messages without a model: words of anger and quarrel, greetings, questions, by language.

They look at the beginnings of words, so that one entry covers its forms. A better judge may tell the same events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

WORD: Final = re.compile(r"[^\W\d_]+", re.UNICODE)

NEGATIVE: Final[Mapping[str, tuple[str, ...]]] = {
    "ru": ("ужасн", "отврат", "кошмар", "плохо", "недовол", "разочаров", "безобраз", "возмут", "обман", "хамств"),
    "en": ("terribl", "awful", "horribl", "disappoint", "unacceptab", "angry", "scam", "useless", "worst", "rude"),
    "pt": (
        "péssim",
        "horrív",
        "terrív",
        "decepcion",
        "inaceitáv",
        "absurdo",
        "enganad",
        "raiva",
        "vergonh",
        "grosseir",
    ),
}
CONFLICT: Final[Mapping[str, tuple[str, ...]]] = {
    "ru": ("жалоб", "пожалу", "суд", "прокурат", "претензи", "верните", "юрист", "адвокат", "роспотреб"),
    "en": ("complain", "lawsuit", "sue", "lawyer", "refund", "court", "police", "fraud"),
    "pt": ("reclama", "processo", "processar", "advogad", "reembols", "procon", "justiça", "polícia", "fraude"),
}
GREETING: Final[Mapping[str, tuple[str, ...]]] = {
    "ru": ("здравств", "добр", "привет"),
    "en": ("hello", "hi", "good", "dear"),
    "pt": ("olá", "oi", "bom", "boa", "prezad"),
}
INTRODUCTION: Final[Mapping[str, tuple[str, ...]]] = {
    "ru": ("зовут", "представл"),
    "en": ("name", "this"),
    "pt": ("chamo", "nome", "aqui"),
}


def found(text: str, rules: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words of the text that the rules of any language know, in their order, each once."""
    beginnings = tuple(one for words in rules.values() for one in words)
    return list(dict.fromkeys(word for word in words_of(text) if word.startswith(beginnings)))


def words_of(text: str) -> list[str]:
    """The words in small letters."""
    return [word.lower() for word in WORD.findall(text)]


def asks_the_same(question: str, again: str) -> bool:
    """Whether both are questions and share at least half of the words of the shorter one."""
    if "?" not in question or "?" not in again:
        return False
    first, second = ({word for word in words_of(text) if len(word) > 2} for text in (question, again))
    shorter = min(len(first), len(second))
    return shorter > 0 and len(first & second) * 2 >= shorter
