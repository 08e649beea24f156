"""Findings as people read them."""

from __future__ import annotations

from workflows.graph.problems import Problem
from workflows.services.wording import filled, has_errors, shown, stored


def test_a_stored_finding_is_shown_with_its_places_filled() -> None:
    problem = Problem("unknown_type", "Тип «%(type)s»", "a", params={"type": "x"})

    assert shown([stored(problem)]) == [
        {
            "code": "unknown_type",
            "severity": "error",
            "nodeId": "a",
            "edgeId": None,
            "message": "Тип «x»",
            "suggestion": "",
        }
    ]


def test_a_fault_of_a_config_names_its_field_first() -> None:
    problem = Problem("config_invalid", "не больше %(le)s", "a", params={"field": "period", "le": "31"})

    assert shown([stored(problem)])[0]["message"] == "Поле «period»: не больше 31"


def test_a_field_is_called_as_on_the_form_and_its_key_stands_beside() -> None:
    params = {"field": "conditions[0].op", "title": "Сравнение"}
    problem = Problem("config_invalid", "поле обязательно, заполните его", "a", params=params)

    assert shown([stored(problem)])[0]["message"] == (
        "Поле «Сравнение (conditions[0].op)»: поле обязательно, заполните его"
    )


def test_a_fault_of_several_fields_is_told_without_a_field_of_no_form() -> None:
    words = "укажите одно из двух: seconds или until"
    problem = Problem("config_invalid", words, "a", params={"field": "config"})

    assert shown([stored(problem)])[0]["message"] == "Укажите одно из двух: seconds или until"


def test_a_stray_percent_sign_does_no_harm() -> None:
    assert filled("100% of %(x)s", {}) == "100% of %(x)s"


def test_only_errors_are_errors() -> None:
    warning = stored(Problem("orphan", "", severity="warning"))

    assert not has_errors([warning])
    assert has_errors([warning, stored(Problem("cycle", ""))])
