"""The methods that n8n documents, each with what it gives: those of objects, and what is particular of the others."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from workflows.javascript import ScriptFailed, Surroundings, render, run
from workflows.javascript.methods import in_calls

PERSON: Final = {"name": "Mr Nathan", "city": "hanoi", "age": 42}
ITEM: Final[dict[str, Any]] = {
    "person": PERSON,
    "gaps": {"x": None, "y": 2, "z": ""},
    "keys": "mine",
    "values": [[1, 2]],
    "merge": "a field",
    "compact": None,
    "isEmpty": "no",
    "urlEncode": 1,
    "people": [{"name": "Nathan", "age": 42}, {"name": "Jan", "city": "Berlin"}, 3],
}
AROUND: Final = Surroundings(items=[ITEM], now=1_773_000_000_000, zone="Europe/Moscow")

OF_OBJECTS: Final[dict[str, Any]] = {
    "$json.person.keys()": ["name", "city", "age"],
    "$json.person.values()": ["Mr Nathan", "hanoi", 42],
    "$json.gaps.compact()": {"y": 2},
    "$json.person.merge({name: 'Jan', shop: 7})": {**PERSON, "shop": 7},
    "$json.person.hasField('name') && !$json.person.hasField('Name')": True,
    "$json.person.removeField('name')": {"city": "hanoi", "age": 42},
    "$json.person.removeFieldsContaining('han')": {"age": 42},
    "$json.person.keepFieldsContaining('han')": {"name": "Mr Nathan", "city": "hanoi"},
    "$json.person.keepFieldsContaining('nathan')": {},
    "$json.person.urlEncode()": "name=Mr+Nathan&city=hanoi&age=42",
    "$json.person.toJsonString()": '{"name":"Mr Nathan","city":"hanoi","age":42}',
    "[{}.isEmpty(), $json.person.isNotEmpty()]": [True, True],
    "$json.person?.keys().length + `${ $json.person.values ( ).length }`": "33",
    "$json.people.slice(0, 2).map(one => one.keys().join('+'))": ["name+age", "name+city"],
}
FIELDS: Final[dict[str, Any]] = {
    "$json.keys + ' ' + $json['isEmpty'] + ' ' + $json.urlEncode": "mine no 1",
    "$json.values[0].length": 2,
    "$json.merge.length": 7,
    "$json.compact ?? 'null'": "null",
    # A field that is not there is not a method either: `values` is left out of many an answer.
    "$json.person.values ?? $json.person.keys ?? $json.person.merge ?? $json.person.compact ?? 'none'": "none",
    "($json.person.values || []).map(row => row[0])": [],
    "$json.person.values?.length ?? 0": 0,
    # Where such a field is there, a call still means the method.
    "$json.keys().length": len(ITEM),
    "$json.merge({more: 1}).more": 1,
    "(() => { let all = ''; for (const name in $json.person) all += `${name} `; return all })()": "name city age ",
    "Object.entries({...$json.person, keys: 1}).length": 4,
    "JSON.stringify(Object.assign({}, {keys: 1, merge: 2}))": '{"keys":1,"merge":2}',
}
"""Fields of the data, which methods of the same name must not hide."""
OF_OTHERS: Final[dict[str, Any]] = {
    "Object.keys({a: 1}).concat(Object.values({b: 2}))": ["a", 2],
    "[...['x', 'y'].keys()].concat([...new Map([[1, 2]]).values()], [...new Set([5]).keys()])": [0, 1, 2, 5],
    "[...new URLSearchParams('a=1').keys()]": ["a"],
    "[2, null, 1, ''].compact()": [2, 1],
    "'text .keys() and .merge(x)'": "text .keys() and .merge(x)",
    "`it's .keys() in ${'.values()'} and ${`${{a: 1}.keys()}`} isn't`": "it's .keys() in .values() and a isn't",
    "'a.keys()'.replace(/'.keys\\(\\)|\\.keys\\(\\)/, '') /* .keys() */": "a",
    "(6 / 2 + {a: 1}.keys().length) / 2": 2,
    "$json.people.pluck('age')": [42],
    "$json.people.pluck('name', 'age')": [["Nathan", 42], "Jan"],
    "[{a: 1, b: 2, c: 3}].renameKeys('a', 'x', 'b', 'y')": [{"x": 1, "y": 2, "c": 3}],
    "[{a: 1, b: 1, c: 1}, {a: 1, b: 1, c: 2}, {a: 1, b: 2}].removeDuplicates('a, b').length": 2,
    "['1', 2].sum()": 3,
    "\"{'name': 1}\".parseJson() === undefined && '[1]'.parseJson()[0]": 1,
    "'hello'.hash()": "5d41402abc4b2a76b9719d911017c592",
    "'hello'.hash('base64')": "aGVsbG8=",
    "'hello'.hash('sha224')": "ea09ae9cc6768c50fcee903ed054556e5bfc8347907f12598aa24193",
    "'hello'.hash('SHA-384') === "
    "'59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90125a3c79f90397bdf5f6a13de828684f'": True,
    "'quick a brown FOX of the'.toTitleCase()": "Quick a Brown Fox of The",
    "'1711732132990'.toDateTime().toMillis()": 1711732132990,
    "'20240329'.toDateTime().day + '20240329T101112Z'.toDateTime().toUTC().toFormat(' HH:mm:ss')": "29 10:11:12",
    "(45345.5).toDateTime('excel').toUTC().toISO()": "2024-02-23T12:00:00.000Z",
    "(1708695471000000).toDateTime('us').toUTC().toISO()": "2024-02-23T13:37:51.000Z",
    "['45345'.toDateTime('excel'), '1708646400'.toDateTime('s'), '1708646400000000'.toDateTime('us')].map(Number)": [
        1708646400000
    ]
    * 3,
    "[{name: 'Nathan'}, {age: 42}].merge([{city: 'Berlin'}, {country: 'Germany'}])": {
        "name": "Nathan",
        "age": 42,
        "city": "Berlin",
        "country": "Germany",
    },
    "[{a: 1}, {a: 2, b: 3}, 'x'].merge()": {"a": 1, "b": 3},
    "[{a: 1}].merge([{a: 2, b: 3}, {c: 4}])": {"a": 1, "b": 3},
    "['', 'hello', 'x'.repeat(71), 'x'.repeat(72), 'ж'.repeat(200)].map(text => text.hash('sha3'))": [
        hashlib.sha3_512(text.encode()).hexdigest() for text in ("", "hello", "x" * 71, "x" * 72, "ж" * 200)
    ],
    "['SHA3-256', 'sha3-384'].map(name => 'x'.repeat(136).hash(name))": [
        hashlib.sha3_256(b"x" * 136).hexdigest(),
        hashlib.sha3_384(b"x" * 136).hexdigest(),
    ],
    "[true.toFloat(), '2024-03-30T18:49'.toDateTime().extract('yearDayNumber')]": [1, 90],
    "(4).isEven() && (-3).isOdd()": True,
    "true.toNumber() + false.toInt()": 1,
}
OF_DATES: Final[dict[str, Any]] = {
    "'2021-01-03'.toDateTime().toFormat('W WW kk kkkk c')": "53 53 20 2020 7",
    "'2021-01-04'.toDateTime().weekNumber + $now.weekYear + $now.weekday": 1 + 2026 + 7,
    "['2020-06-01', '2021-06-01'].map(day => day.toDateTime().weeksInWeekYear)": [53, 52],
    "['2020-06-01', '2021-06-01'].map(day => day.toDateTime().daysInYear)": [366, 365],
    "'2020-12-31'.toDateTime().toISOWeekDate()": "2020-W53-4",
    "['2026-W10', '2026-W10-3', '2026W103', '2020-W53-7'].map(day => DateTime.fromISO(day).toISODate())": [
        "2026-03-02",
        "2026-03-04",
        "2026-03-04",
        "2021-01-03",
    ],
    "DateTime.fromISO('2026-W10-3T08:30:00+03:00').toUTC().toISO()": "2026-03-04T05:30:00.000Z",
    "['2024-060', '2024366', '2026-001'].map(day => DateTime.fromISO(day).toISODate())": [
        "2024-02-29",
        "2024-12-31",
        "2026-01-01",
    ],
    "['2026-W54', '2025-W53-1', '2026-W10-8', '2026-366'].some(day => DateTime.fromISO(day).isValid)": False,
    "DateTime.fromObject({weekYear: 2026, weekNumber: 10, weekday: 3, hour: 9}).toFormat('MM-dd HH')": "03-04 09",
    "DateTime.fromObject({year: 2024, ordinal: 60}).toISODate()": "2024-02-29",
    "$now.set({weekNumber: 2}).toFormat('yyyy-MM-dd HH')": "2026-01-11 23",
    "$now.set({weekday: 1}).toISODate() + $now.set({ordinal: 60}).toFormat(' MM-dd')": "2026-03-02 03-01",
    "$now.startOf('week').toISO()": "2026-03-02T00:00:00.000+03:00",
    "$now.isWeekend() && $now.isWeekend && !$now.isDst() && new Date($now.toMillis()).isWeekend()": True,
    "$now.hasSame('2026-03-01', 'month')": True,
    "$now.toUTC(120).toISO()": "2026-03-08T22:00:00.000+02:00",
    "DateTime.now().plus(1.2, 'days').toRelative({unit: 'hours'})": "in 28 hours",
    "DateTime.now().minus({days: 1, hours: 2}).toRelative()": "1 day ago",
    "DateTime.now().plus({days: 2, hours: 2}).toRelative({locale: 'pt-BR'})": "em 2 dias",
}
OF_WRITTEN_DATES: Final[dict[str, Any]] = {
    "'2024-03-30T18:49:07.234Z'.format('dd.MM.yyyy HH:mm')": "30.03.2024 21:49",
    "'2024-03-30T18:49:07.234Z'.plus(7, 'days').toUTC().toISODate()": "2024-04-06",
    "'2024-03-30T18:49:07.234Z'.minus(4, 'years').toUTC().toISODate()": "2020-03-30",
    "'2024-03-30T18:49:07.234Z'.beginningOf('month').toISODate()": "2024-03-01",
    "'2024-03-30T18:49:07.234Z'.isBetween('2020-06-01', '2025-06-01')": True,
    "'2024-03-30T18:49:07.234Z'.extract('month') + +'2024-03-30T18:49:07.234Z'.isWeekend()": 4,
    "'2025-01-01T00:00:00.000Z'.diffTo('2024-12-30T00:00:00.000Z', 'days')": 2,
}
"""A text that is a moment as JSON writes it has the methods of dates."""
OF_INTERVALS: Final[dict[str, Any]] = {
    "Interval.fromDateTimes('2026-01-31', '2026-02-02').length('days')": 2,
    "DateTime.fromISO('2026-01-31').until(DateTime.fromISO('2026-02-02T12:00')).count('days')": 3,
    "Interval.fromISO('2026-01-31/P1M').end.toISODate()": "2026-02-28",
    "Interval.fromISO('PT1H/2026-01-31T10:00').start.toISOTime({suppressMilliseconds: true}).slice(0, 8)": "09:00:00",
    "Interval.before('2026-03-01', {days: 1}).toISODate()": "2026-02-28/2026-03-01",
    "(i => [i.contains('2026-01-01'), i.contains('2026-01-02'), i.isBefore('2026-01-02'), i.isAfter('2025-12-31')])"
    "(Interval.after('2026-01-01', {days: 1}))": [True, False, True, True],
    "Interval.after('2026-01-01T00:00', {hours: 5}).splitBy({hours: 2}).map(one => one.length('hours'))": [2, 2, 1],
    "Interval.after('2026-01-31', {months: 2}).splitBy({months: 1}).map(one => one.end.toISODate())": [
        "2026-02-28",
        "2026-03-31",
    ],
    "Interval.after('2026-01-01', {days: 3}).divideEqually(3).map(one => one.start.day)": [1, 2, 3],
    "Interval.after('2026-01-01', {days: 3}).splitAt(DateTime.fromISO('2026-01-02')).map(one => one.length('days'))": [
        1,
        2,
    ],
    "Interval.after('2026-01-01', {days: 3}).intersection(Interval.after('2026-01-03', {days: 3})).toISODate()": (
        "2026-01-03/2026-01-04"
    ),
    "Interval.after('2026-01-01', {days: 3}).intersection(Interval.after('2026-01-04', {days: 3}))": None,
    "Interval.after('2026-01-01', {days: 3}).difference(Interval.after('2026-01-02', {days: 1}))"
    ".map(one => one.toFormat('d'))": [
        "1 – 2",
        "3 – 4",
    ],
    "Interval.merge([5, 1, 2].map(day => Interval.after(DateTime.local(2026, 1, day), {days: 1})))"
    ".map(one => one.toFormat('d'))": [
        "1 – 3",
        "5 – 6",
    ],
    "[...'abutsStart overlaps engulfs equals'.split(' ')].map(name => "
    "Interval.after('2026-01-01', {days: 1})[name](Interval.after('2026-01-02', {days: 1})))": [
        True,
        False,
        False,
        False,
    ],
    "[Interval.fromDateTimes('2026-01-02', '2026-01-01').isValid, Interval.isInterval($now.until($now))]": [
        False,
        True,
    ],
    "$now.until($now).isEmpty() && $now.until($now.plus(1, 'hour')).isNotEmpty()": True,
    "Interval.after('2026-01-01', {days: 1}).toString()": (
        "[2026-01-01T00:00:00.000+03:00 – 2026-01-02T00:00:00.000+03:00)"
    ),
    "Interval.after('2026-01-01', {days: 1}).toDuration(['days', 'hours']).toObject()": {"days": 1, "hours": 0},
    "Interval.after('2026-01-01T10:00', {hours: 2}).hasSame('day')": True,
}
OF_DURATIONS: Final[dict[str, Any]] = {
    "Duration.fromObject({days: 1, hours: 5, minutes: 6}).toHuman()": "1 day, 5 hours, 6 minutes",
    "Duration.fromObject({hours: 11}).toISOTime()": "11:00:00.000",
    "Duration.fromISOTime('11:22:33.444').toObject()": {"hours": 11, "minutes": 22, "seconds": 33, "milliseconds": 444},
    "Duration.fromObject({hours: 1, minutes: 30}).mapUnits(one => one * 2).toObject()": {"hours": 2, "minutes": 60},
    "Duration.fromObject({hours: 1}).set({minutes: 2}).equals(Duration.fromObject({hours: 1, minutes: 2}))": True,
    "Duration.fromObject({hours: 0, days: 2}).removeZeros().toObject()": {"days": 2},
    "Duration.isDuration($now.diff($now)) && $now.diff($now).isValid": True,
    "$now.toSQLTime()": "23:00:00.000 +03:00",
}
FORMATS: Final[dict[str, Any]] = {
    "(1234567.891).toLocaleString('ru-RU')": "1\u00a0234\u00a0567,891",
    "new Intl.NumberFormat('ru-RU').format(1234567.891)": "1\u00a0234\u00a0567,891",
    "Intl.NumberFormat('pt-BR', {style: 'currency', currency: 'BRL'}).format(5)": "R$\u00a05,00",
    "[1, 2.5].map(new Intl.NumberFormat('en-US', {minimumFractionDigits: 2}).format)": ["1.00", "2.50"],
    "new Intl.DateTimeFormat('ru-RU').format(new Date(0))": "01.01.1970",
    "new Intl.DateTimeFormat('ru', {dateStyle: 'long', timeZone: 'UTC'}).format($now)": "8 марта 2026 г.",
    "Intl.DateTimeFormat().resolvedOptions().timeZone": "Europe/Moscow",
}
OF_NOTHING: Final[dict[str, Any]] = {
    "[null.isEmpty(), undefined.isEmpty(), null.isNotEmpty(), $json.none.isNotEmpty()]": [True, True, False, False],
    "$json.none.isEmpty() ? 'none' : 'some'": "none",
    "!$json.none.isNotEmpty() && !$json.people.isEmpty()": True,
    "$json.person?.none.isEmpty().toString() + $json['none'].isEmpty()": "truetrue",
    "$json.none?.deeper.isEmpty()": True,
    "$json.none?.isEmpty() ?? 'not asked'": "not asked",
    "[$json.person.isEmpty(), ''.isEmpty(), (0).isEmpty(), false.isNotEmpty()]": [False, True, False, True],
    "$json.people.find(one => one.name === 'Eve').isEmpty()": True,
    "$json.people.filter(one => one.city.isNotEmpty()).length": 1,
    "`${$json.none.isEmpty()} ${`${null.isEmpty()}`.isEmpty()}`.isEmpty()": False,
    "(() => { if ($json.none) return 1; return ($json.none).isEmpty() })()": True,
    "[...$json.people.concat().isEmpty().toString()].length + new Map().get(1).isEmpty()": 6,
    "'text .isEmpty() '.replace(/t .isEmpty\\(\\)/, '') // none.isEmpty()": "tex ",
    "({isEmpty() { return 'own' }}).isEmpty()": "own",
    "$json.isEmpty": "no",
}
"""What is missing is empty, as the pages of texts, numbers, lists and objects say."""
GIVEN: Final = {
    **OF_NOTHING,
    **OF_OBJECTS,
    **FIELDS,
    **OF_OTHERS,
    **OF_DATES,
    **OF_WRITTEN_DATES,
    **OF_INTERVALS,
    **OF_DURATIONS,
    **FORMATS,
}


@pytest.mark.parametrize("source", GIVEN)
def test_a_method_gives_what_its_documentation_says(source: str) -> None:
    assert render([source], AROUND, count=1) == [[GIVEN[source]]]


REFUSED: Final = {
    "new Intl.PluralRules('ru').select(3)": "Intl.PluralRules is not supported: toLocaleString, toFormat",
    "new Intl.NumberFormat('de-DE').format(1)": 'locale "de-DE" is not supported: ru, en and pt are',
    "[1, 'x'].sum()": '"x" is no number',
    "[1, null].max()": '"null" is no number',
    "[{}].average()": "is no number",
    "(1.5).isEven()": "1.5 is no whole number",
    "'x'.hash('ripemd160')": "sha512, sha3-256, sha3-384, sha3-512 are",
    "$json.person.merge(5)": "merge needs an object",
    "(5).keys()": "not a function",
    "'text'.merge({})": "not a function",
    "$json.person.missing()": "not a function",
    "'text'.format('dd')": "not a function: format",
    "'2024-13-30T18:49:07.234Z'.plus(1, 'day')": "not a function: plus",
    "(5).toDateTime('weeks')": '"weeks" is none of ms, s, us and excel',
    "[{}].merge({a: 1})": "merge needs a list",
    "Interval.fromISO('2026-01-01')": '"2026-01-01" is no ISO interval',
    "$json.none.keys()": "cannot read property 'keys' of undefined",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_cannot_be_done_is_refused_in_words(source: str) -> None:
    with pytest.raises(ScriptFailed) as failed:
        render([source], AROUND, count=1)
    assert REFUSED[source] in str(failed.value)


def test_the_number_of_a_week_is_that_of_the_calendar_for_every_day_of_forty_years() -> None:
    """ISO 8601, against Python's own."""
    source = (
        "Array.from({length: 14610}, (_one, day) => { const t = DateTime.utc(2000, 1, 1).plus({days: day});"
        " return t.toFormat('kkkk-W-c') + (DateTime.fromISO(t.toISOWeekDate(), {zone: 'utc'}).ts === t.ts) })"
    )
    first = datetime(2000, 1, 1, tzinfo=UTC).toordinal()
    expected = ["{}-{}-{}true".format(*datetime.fromordinal(first + day).isocalendar()) for day in range(14610)]
    assert render([source], AROUND, count=1) == [[expected]]


def test_methods_leave_the_digits_of_data_alone() -> None:
    around = Surroundings(items=[{"row": {"price": Decimal("19.90"), "none": None}}], now=0)
    assert render(["$json.row.compact()"], around, count=1) == [[{"price": Decimal("19.9")}]]


def test_a_program_has_them_too_and_keeps_methods_of_its_own() -> None:
    source = """
        const merge = (...lists) => lists.flat();
        class Shelf extends Map { keys() { return [...super.keys()].map(name => `${name}!`) } }
        class Box { values() { return 'own' } }
        return [{
          ours: $json.person.keys(), called: [...merge([1], [2])], shelf: new Shelf([['a', 1]]).keys(),
          box: new Box().values(), plain: Object.keys({b: 1}), pattern: 'x.keys()'.match(/\\.keys\\(\\)/)[0],
        }];
    """
    (found,) = run(source, AROUND, mode="all", seconds=5).items
    assert found == {
        "ours": ["name", "city", "age"],
        "called": [1, 2],
        "shelf": ["a!"],
        "box": "own",
        "plain": ["b"],
        "pattern": ".keys()",
    }


def test_only_calls_are_marked() -> None:
    assert in_calls("[...keys()] + Object.keys({}) + super.keys()") == "[...keys()] + Object.keys({}) + super.keys()"
    assert in_calls("$json.values") == "$json.values"
    assert in_calls("a.keys() + b?.merge(c) + '.keys()'") == "a.$$keys() + b?.$$merge(c) + '.keys()'"
    assert in_calls("`.keys() ${a.keys()}` // .keys()") == "`.keys() ${a.$$keys()}` // .keys()"
    assert in_calls("/.keys()/.test(x) || y / a.keys().length / 2") == "/.keys()/.test(x) || y / a.$$keys().length / 2"


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("a.b[0](c).isEmpty() && d", "$$of(a.b[0](c)).isEmpty() && d"),
        ("!x.y .isNotEmpty ()", "!$$of(x.y ).isNotEmpty ()"),
        ("a.isEmpty().isEmpty()", "$$of($$of(a).isEmpty()).isEmpty()"),
        ("new Set([1]).isEmpty()", "$$of(new Set([1])).isEmpty()"),
        ("if (a) (b).isEmpty()", "if (a) $$of((b)).isEmpty()"),
        ("{ a } (b).isEmpty()", "{ a } $$of((b)).isEmpty()"),
        ("return [a][0].isEmpty()", "return $$of([a][0]).isEmpty()"),
        ("f`x${a.isEmpty()}y`.isEmpty()", "$$of(f`x${$$of(a).isEmpty()}y`).isEmpty()"),
        ("super.isEmpty() + x?.isEmpty() + isEmpty(1)", "super.isEmpty() + x?.isEmpty() + isEmpty(1)"),
        ("a ? .5 : b.isEmpty()", "a ? .5 : $$of(b).isEmpty()"),
        ("for (const x of y.z) x.isEmpty()", "for (const x of y.z) $$of(x).isEmpty()"),
        (").isEmpty() ].isEmpty()", ").isEmpty() ].isEmpty()"),
    ],
)
def test_what_is_asked_whether_it_is_empty_is_handed_over(source: str, sent: str) -> None:
    assert in_calls(source) == sent


@pytest.mark.parametrize(
    "piece", ["\\'", "/*", "'", '"', "`", "`${", "(/[", "(/", "/", "{", ". ", "\\", ".keys(", "?.", "...", "[", "new "]
)
def test_a_source_that_is_never_closed_takes_no_longer_than_others(piece: str) -> None:
    """S29: marking is done by a worker, which nobody may keep busy with a text. Squared, this would take an hour."""
    source = f"'{piece * 100_000} .keys() "
    assert in_calls(source).replace("$$", "") == source
    assert in_calls(source[1:]).replace("$$", "") == source[1:]


def test_a_long_row_of_questions_takes_no_longer_than_others() -> None:
    """S29: each stands around all before it."""
    assert in_calls("a" + ".isEmpty()" * 100_000) == "$$of(" * 100_000 + "a" + ").isEmpty()" * 100_000
