"""The language of answers: the one that a person has chosen, else what their program asks for, else Russian."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from tests.integration import runs

pytestmark = pytest.mark.django_db

MISSING = "/api/v1/workflows/none"
NOT_FOUND = {
    "ru": "Рабочий процесс не найден",
    "en": "Workflow not found",
    "pt-br": "Fluxo de trabalho não encontrado",
}
NO_TOKEN = {
    "ru": "Нужен токен доступа",
    "en": "An access token is required",
    "pt-br": "É necessário um token de acesso",
}


@pytest.fixture(autouse=True)
def _no_language_is_left_over() -> Iterator[None]:
    with translation.override("ru"):
        yield


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-br"),
        ("pt", "pt-br"),
        ("ru", "ru"),
        ("de, en;q=0.5", "en"),
        ("de", "ru"),
        ("*", "ru"),
        ("", "ru"),
        ("\x00;q=x,,", "ru"),
    ],
)
def test_a_stranger_is_answered_in_what_their_program_asks_for(asked: str, spoken: str) -> None:
    answer = APIClient().get(MISSING, headers={"Accept-Language": asked})
    assert (answer.status_code, answer.json()["message"]) == (401, NO_TOKEN[spoken])
    assert answer["Content-Language"] == spoken


@pytest.mark.parametrize("spoken", NOT_FOUND)
def test_a_person_is_answered_in_the_language_they_have_chosen(spoken: str) -> None:
    """Part 2, row 18: each person has their own language, whatever their program asks for."""
    api = runs.client(runs.person(language=spoken))
    answer = api.get(MISSING, headers={"Accept-Language": "pt" if spoken == "en" else "en"})
    assert (answer.status_code, answer.json()["message"]) == (404, NOT_FOUND[spoken])
    assert answer["Content-Language"] == spoken


@pytest.mark.parametrize("asked", NOT_FOUND)
def test_a_person_who_has_not_chosen_is_answered_as_their_program_asks(asked: str) -> None:
    api = runs.client(runs.person())
    assert api.get(MISSING, headers={"Accept-Language": asked}).json()["message"] == NOT_FOUND[asked]


def test_a_language_lasts_for_one_request() -> None:
    runs.client(runs.person(language="pt-br")).get(MISSING)
    assert APIClient().get(MISSING).json()["message"] == NO_TOKEN["ru"]


def test_a_choice_counts_from_the_next_request_and_can_be_taken_back() -> None:
    api = runs.client(runs.person())
    english = {"Accept-Language": "en"}
    assert api.patch("/api/v1/me", {"language": "pt-br"}).json()["language"] == "pt-br"
    assert api.get(MISSING, headers=english).json()["message"] == NOT_FOUND["pt-br"]
    assert api.patch("/api/v1/me", {"language": ""}).json()["language"] == ""
    assert api.get(MISSING, headers=english).json()["message"] == NOT_FOUND["en"]


def test_faults_of_fields_are_translated_too() -> None:
    api = runs.client(runs.person(language="en"))
    answer = api.post("/api/v1/users", {"username": "anna", "phone": "8-900", "password": "1"})
    fields = answer.json()["details"]["fields"]
    assert fields["phone"] == ["A phone number is written like +79001234567"]


def test_libraries_speak_russian_too() -> None:
    fields = runs.client(runs.person()).patch("/api/v1/me", {"name": []}).json()["details"]["fields"]
    assert fields == {"name": ["Значение должно быть строкой."]}


def test_findings_about_a_workflow_are_told_to_each_reader_in_their_language() -> None:
    author = runs.person(language="pt-br")
    definition = {
        "nodes": [{"id": "a", "type": "delay", "data": {"config": {"seconds": "soon"}}}],
        "edges": [{"id": "e", "source": "a", "target": "b"}],
    }
    flow = runs.client(author).post("/api/v1/workflows", {"name": "W", "definition": definition}).json()
    told = {}
    for language in NOT_FOUND:
        reader = runs.client(runs.person(language=language))
        answer = reader.post(f"/api/v1/workflows/{flow['id']}/validate", {})
        told[language] = sorted(problem["message"] for problem in answer.json()["problems"])
    assert told["ru"] == [
        "Поле «Секунд (seconds)»: здесь нужно число",
        "Связь ведёт к узлу «b», которого нет: удалите её или верните узел",
    ]
    assert told["en"] == [
        "Field “Seconds (seconds)”: a number is needed here",
        "The edge leads to the node “b”, which does not exist: delete the edge or restore the node",
    ]
    assert told["pt-br"] == [
        "A conexão leva ao nó “b”, que não existe: exclua a conexão ou restaure o nó",
        "Campo “Segundos (seconds)”: aqui é preciso um número",
    ]


def test_node_types_introduce_themselves_in_the_language_of_the_reader() -> None:
    titles = {}
    for language in NOT_FOUND:
        answer = runs.client(runs.person(language=language)).get("/api/v1/node-types/delay").json()
        titles[language] = answer["title"], answer["configSchema"]["properties"]["seconds"]["title"]
    assert titles == {"ru": ("Подождать", "Секунд"), "en": ("Wait", "Seconds"), "pt-br": ("Aguardar", "Segundos")}


@pytest.mark.parametrize(
    ("chosen", "words"), [("", "Workflows"), ("en", "Workflows"), ("pt-br", "Fluxos de trabalho"), ("ru", "Рабочие")]
)
def test_the_admin_speaks_the_language_of_the_person(client: Client, chosen: str, words: str) -> None:
    client.force_login(runs.person(language=chosen, is_staff=True, is_superuser=True))
    page = client.get("/admin/", headers={"Accept-Language": "en"})
    assert words in page.content.decode()


def test_a_body_that_is_not_json_is_refused_in_the_reader_s_language() -> None:
    api = runs.client(runs.person(language="en"))
    answer = api.generic("POST", "/api/v1/workflows", "{", content_type="application/json")
    assert json.loads(answer.content)["message"] == "The request body cannot be read as JSON"
