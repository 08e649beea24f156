"""What expressions may name, and the methods that people of n8n know: each name with what it gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from workflows.javascript import Earlier, Surroundings, render

NODE: Final = "Get orders"
AROUND: Final = Surroundings(
    items=[{"price": 10, "tags": ["a", "b"], "paidAt": "2026-03-01"}, {"price": 20, "tags": [], "paidAt": None}],
    now=1_773_000_000_000,
    nodes={NODE: Earlier([{"id": 1}, {"id": 2}], [1, 0])},
    variables={"rate": 3},
    environment={"REGION": "ru"},
    workflow={"id": "w", "name": "Daily"},
    execution={"id": "e", "mode": "api"},
    zone="Europe/Moscow",
)

NAMES: Final[dict[str, Any]] = {
    "$json.price": [10, 20],
    "$itemIndex": [0, 1],
    f"$('{NODE}').item.json.id": [2, 1],
    f'$node["{NODE}"].json.id': [2, 1],
    "$input.item.json.price": [10, 20],
    "$json.missing?.deep ?? 'none'": ["none", "none"],
    "`price ${$json.price}`": ["price 10", "price 20"],
    "$jmespath($json, 'tags[0]')": ["a", None],
    "$json.tags.map(tag => tag.toUpperCase()).join()": ["A,B", ""],
}
"""Those that differ from item to item."""

CONSTANT: Final[dict[str, Any]] = {
    f"$('{NODE}').first().json.id": 1,
    f"$('{NODE}').last().json.id": 2,
    f"$('{NODE}').all().map(item => item.json.id)": [1, 2],
    "$input.first().json.price": 10,
    "$input.last().json.price": 20,
    "$input.all().length": 2,
    "$now": "2026-03-08T23:00:00.000+03:00",
    "$today": "2026-03-08T00:00:00.000+03:00",
    "$vars.rate": 3,
    "$vars.none": None,
    "$env": {"REGION": "ru"},
    "$env.PATH": None,
    "$workflow": {"id": "w", "name": "Daily"},
    "$execution.id + ' ' + $execution.mode": "e api",
    "$now.minus({days: 7}).toISODate()": "2026-03-01",
    "$now.plus(1, 'month').toFormat('dd.MM.yyyy')": "08.04.2026",
    "$now.setZone('America/Sao_Paulo').toFormat('HH:mm ZZ')": "17:00 -03:00",
    "$now.setLocale('ru').toLocaleString(DateTime.DATE_HUGE)": "воскресенье, 8 марта 2026 г.",
    "$now.toLocaleString(DateTime.TIME_24_SIMPLE)": "23:00",
    "$now.toLocaleString(DateTime.TIME_WITH_SECONDS)": "11:00:00 PM",
    "$now.startOf('week').toISODate() + $now.endOf('month').day": "2026-03-0231",
    "$now.diff(DateTime.fromISO('2026-03-01'), ['days', 'hours']).toObject()": {"days": 7, "hours": 23},
    "Duration.fromObject({hours: 1, minutes: 90}).plus({minutes: 5}).normalize().toISO()": "PT2H35M",
    "Duration.fromObject({hours: 1}).minus(20, 'minutes').rescale().toObject()": {"minutes": 40},
    "'2026-03-02'.toDateTime().diffTo('2026-03-01', 'hours')": 24,
    "'2026-03-01'.toDateTime().diffTo('2026-03-02', ['days', 'hours'])": {"days": -1, "hours": 0},
    "new Date('2026-03-01').diffToNow('days') < 0": True,
    "[3, 1, 2].toSorted().at(-1) + [1, [2]].flat().reduce((sum, one) => sum + one)": 6,
    "Object.entries(Object.groupBy([1, 2, 3], n => n % 2 ? 'odd' : 'even'))": [["odd", [1, 3]], ["even", [2]]],
    "[1, 2, 2].unique().sum() + [{a: 1}].pluck('a').first()": 4,
    "'a-b'.split('-').join('+').padStart(5, '0').replaceAll('0', '.')": "..a+b",
    "[...'a1b2'.matchAll(/[a-z](\\d)/g)].map(found => found[1])": ["1", "2"],
    "'hello world'.toTitleCase() + 'shop.example.org/x'.extractDomain()": "Hello Worldshop.example.org",
    "(12345.678).toLocaleString('pt-BR', {style: 'currency', currency: 'BRL'})": "R$\u00a012.345,68",
    "(1.256).round(2) * 100 + Number('0.4') + parseInt('7px')": Decimal("133.4"),
    "new Date(Date.UTC(2026, 2, 1)).toISOString().slice(0, 10)": "2026-03-01",
    "JSON.parse(JSON.stringify({a: [null, true]}))": {"a": [None, True]},
    # Half a character, as of a text that was cut in the middle of one, is no text that anybody could keep.
    "'😀😀'.slice(0, 3)": "😀\ufffd",
    "({['😀'.slice(1)]: '\\\\ud83d' + '😀'.slice(0, 1) + '\\\\' + '😀'.slice(0, 1)})": {
        "\ufffd": "\\ud83d\ufffd\\\ufffd"
    },
}


@pytest.fixture(scope="module")
def rows() -> list[list[Any]]:
    return render([*NAMES, *CONSTANT], AROUND, count=2)


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_what_belongs_to_an_item_is_told_for_each(rows: list[list[Any]], place: int) -> None:
    assert [row[place] for row in rows] == list(NAMES.values())[place]


@pytest.mark.parametrize("place", range(len(CONSTANT)), ids=CONSTANT)
def test_a_name_gives_what_is_known_of_it(rows: list[list[Any]], place: int) -> None:
    assert rows[0][len(NAMES) + place] == list(CONSTANT.values())[place]
