"""How often a task of beat runs, in words that stand in the right case beside their number."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from executions.admin.intervals import in_words
from tests.integration import runs

RUSSIAN = {
    "seconds": "каждую секунду|каждые 2 секунды|каждые 5 секунд|каждые 11 секунд|каждые 21 секунду|каждые 22 секунды",
    "minutes": "каждую минуту|каждые 2 минуты|каждые 5 минут|каждые 11 минут|каждые 21 минуту|каждые 22 минуты",
    "hours": "каждый час|каждые 2 часа|каждые 5 часов|каждые 11 часов|каждые 21 час|каждые 22 часа",
    "days": "каждый день|каждые 2 дня|каждые 5 дней|каждые 11 дней|каждые 21 день|каждые 22 дня",
    "microseconds": "каждую микросекунду|каждые 2 микросекунды|каждые 5 микросекунд|каждые 11 микросекунд"
    "|каждые 21 микросекунду|каждые 22 микросекунды",
}
OTHERS = {
    ("en", 1, "hours"): "every hour",
    ("en", 2, "minutes"): "every 2 minutes",
    ("en", 21, "days"): "every 21 days",
    ("pt-br", 1, "days"): "a cada dia",
    ("pt-br", 2, "hours"): "a cada 2 horas",
    ("pt-br", 30, "seconds"): "a cada 30 segundos",
}
HALF_A_MINUTE = {"ru": "каждые 30 секунд", "en": "every 30 seconds", "pt-br": "a cada 30 segundos"}
NOT_DECLINED = ("30 секунды", "каждые секунды")


@pytest.mark.parametrize("period", RUSSIAN)
def test_russian_declines(period: str) -> None:
    with translation.override("ru"):
        words = [in_words(IntervalSchedule(every=every, period=period)) for every in (1, 2, 5, 11, 21, 22)]
    assert words == RUSSIAN[period].split("|")


@pytest.mark.parametrize(("language", "every", "period"), OTHERS)
def test_english_and_portuguese(language: str, every: int, period: str) -> None:
    with translation.override(language):
        assert in_words(IntervalSchedule(every=every, period=period)) == OTHERS[language, every, period]


@pytest.mark.django_db
@pytest.mark.parametrize("language", HALF_A_MINUTE)
def test_every_page_that_names_an_interval_says_it_so(language: str) -> None:
    """Lists, both forms with their titles, and the question before one is deleted."""
    interval = IntervalSchedule.objects.create(every=30, period="seconds")
    task = PeriodicTask.objects.create(name="Сверка", task="executions.tick", interval=interval)
    browser = Client()
    browser.force_login(runs.person("admin", is_staff=True, is_superuser=True, language=language))
    for name, arguments in (
        ("intervalschedule_changelist", ()),
        ("intervalschedule_change", (interval.pk,)),
        ("intervalschedule_delete", (interval.pk,)),
        ("periodictask_changelist", ()),
        ("periodictask_add", ()),
        ("periodictask_change", (task.pk,)),
    ):
        page = browser.get(reverse(f"admin:django_celery_beat_{name}", args=arguments)).content.decode()
        if not name.endswith("_delete"):
            assert HALF_A_MINUTE[language] in page, name
        assert [words for words in NOT_DECLINED if words in page] == [], name


@pytest.mark.django_db
@pytest.mark.parametrize(("every", "shown"), [(1, "промежуток: 1 минута"), (30, "промежуток: 30 (минуты)")])
def test_where_the_library_speaks_itself_no_case_is_wrong(every: int, shown: str) -> None:
    """In messages and in the journal, which take what the row calls itself."""
    with translation.override("ru"):
        assert str(IntervalSchedule(every=every, period="minutes")) == shown
