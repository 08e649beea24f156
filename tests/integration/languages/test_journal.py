"""A run's journal keeps what has happened, and says it to each reader in their language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from executions.models import Execution
from tests.integration import runs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_language_is_left_over() -> Iterator[None]:
    with translation.override("ru"):
        yield


@pytest.fixture
def run() -> Execution:
    """Starts, keeps one item of two, cannot make sense of a config, and fails."""
    conditions = [{"field": "n", "op": "gt", "value": 1}]
    return runs.finished_run(
        runs.person(),
        ("keep", "data-filter", {"config": {"conditions": conditions}}),
        ("pause", "delay", {"config": {"seconds": "{{ $json.wait }}"}}),
        input_data={"n": 2, "wait": "soon"},
    )


LINES = {
    "ru": [
        "Запуск начат",
        "Отобрано элементов: 1 из 1",
        "Шаг «keep» выполнен, попытка 1",
        "Шаг «pause» не выполнен: Поле «Секунд (seconds)»: здесь нужно число",
        "Запуск завершается с ошибкой: новые шаги не начнутся",
        "Запуск завершён с ошибкой",
    ],
    "en": [
        "Run started",
        "Items kept: 1 of 1",
        "Step “keep” done, attempt 1",
        "Step “pause” failed: Field “Seconds (seconds)”: a number is needed here",
        "Run is failing: no new steps will start",
        "Run failed",
    ],
    "pt-br": [
        "Execução iniciada",
        "Itens mantidos: 1 de 1",
        "Etapa “keep” concluída, tentativa 1",
        "Etapa “pause” falhou: Campo “Segundos (seconds)”: aqui é preciso um número",
        "Execução encerrando com erro: novas etapas não serão iniciadas",
        "Execução encerrada com erro",
    ],
}


@pytest.mark.parametrize("language", LINES)
def test_the_journal_is_told_in_the_language_of_the_reader(run: Execution, language: str) -> None:
    api = runs.client(runs.person(language=language))
    lines = api.get(f"/api/v1/executions/{run.pk}/logs").json()["results"]
    assert sorted(line["message"] for line in lines) == sorted(LINES[language])


@pytest.mark.parametrize("language", LINES)
def test_an_error_is_told_in_the_language_of_the_reader_wherever_it_stands(run: Execution, language: str) -> None:
    api = runs.client(runs.person(language=language))
    expected = LINES[language][3].split(": ", 1)[1]
    words = expected.split(": ", 1)[1]
    error = api.get(f"/api/v1/executions/{run.pk}").json()["error"]
    assert (error["message"], error["details"]["words"]) == (expected, words)
    steps = api.get(f"/api/v1/executions/{run.pk}/steps").json()
    failed = [step["error"]["message"] for step in steps["results"] if step["error"]]
    assert failed == [expected]
    events = api.get(f"/api/v1/executions/{run.pk}/events").json()["results"]
    assert {event["payload"]["error"]["message"] for event in events if event["payload"].get("error")} == {expected}
