from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.integration.api_shell.urls import FAULTS, SECRET

pytestmark = pytest.mark.django_db

EXPECTED = {
    "domain": (400, "unheard"),
    "heir": (403, "rare"),
    "throttle": (429, "too_many_attempts"),
    "http404": (404, "not_found"),
    "denied": (403, "forbidden"),
    "suspicious": (400, "bad_value"),
    "invalid": (400, "invalid"),
    "invalid-list": (400, "invalid"),
    "model-invalid": (400, "invalid"),
    "throttled": (429, "too_many_requests"),
    "unauthenticated": (401, "invalid_token"),
    "operational": (503, "unavailable"),
    "interface": (503, "unavailable"),
    "timeout": (503, "unavailable"),
    "overflow": (400, "bad_value"),
    "data": (400, "bad_value"),
    "integrity": (500, "internal"),
    "recursion": (400, "bad_value"),
    "defect": (500, "internal"),
}


def test_every_fault_has_its_row():
    assert set(EXPECTED) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_error_has_one_shape_and_tells_no_secret(api: APIClient, fault: str):
    answer = api.get(f"/api/v1/test/faults/{fault}")
    assert (answer.status_code, answer.json()["code"]) == EXPECTED[fault]
    assert set(answer.json()) == {"code", "message", "details"}
    assert isinstance(answer.json()["message"], str)
    assert answer.json()["message"]
    assert isinstance(answer.json()["details"], dict)
    assert SECRET not in answer.content.decode()
    assert answer["Content-Type"] == "application/json"


def test_fields_that_failed_are_named(api: APIClient):
    assert api.get("/api/v1/test/faults/invalid").json()["details"] == {"fields": {"name": ["плохо"]}}
    assert api.get("/api/v1/test/faults/model-invalid").json()["details"] == {"fields": {"name": ["плохо"]}}
    listed = api.get("/api/v1/test/faults/invalid-list").json()["details"]
    assert listed == {"fields": {"nonFieldErrors": ["плохо"]}}


def test_a_client_is_told_when_to_come_back(api: APIClient):
    assert api.get("/api/v1/test/faults/throttle")["Retry-After"] == "13"
    assert api.get("/api/v1/test/faults/throttled")["Retry-After"] == "7"
    assert api.get("/api/v1/test/faults/operational")["Retry-After"] == "5"


def test_a_defect_answers_with_the_id_under_which_the_log_tells_more(api: APIClient):
    answer = api.get("/api/v1/test/faults/defect", headers={"X-Request-Id": "my-id-1"})
    assert answer.json()["details"] == {"requestId": "my-id-1"}
    assert answer["X-Request-Id"] == "my-id-1"


def test_a_wrong_verb_is_405(api: APIClient):
    answer = api.delete("/api/v1/test/echo")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in answer["Allow"]


def test_options_tell_nothing(api: APIClient):
    assert api.options("/api/v1/test/echo").json()["code"] == "method_not_allowed"


def test_an_answer_in_another_format_is_406(api: APIClient):
    answer = api.post("/api/v1/test/echo", {}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/nothing", "/api", "/api/", "/api/v1/", "/api/v2/me"])
def test_an_unknown_address_is_404_in_the_same_shape(api: APIClient, address: str):
    answer = api.get(address)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("suffix", [".json", ";x", "//", "%0a", "/.", "%2e", "?format=api"])
def test_a_suffix_opens_no_protected_address(api: APIClient, suffix: str):
    """S23: routes are what they are."""
    assert api.get(f"/api/v1/users{suffix}").status_code in {401, 404}


def test_outside_the_api_django_answers(api: APIClient):
    missing = api.get("/nothing")
    assert missing.status_code == 404
    assert missing["Content-Type"].startswith("text/html")
    assert api.get("/broken")["Content-Type"].startswith("text/html")


def test_what_breaks_outside_of_the_views_is_json_too(api: APIClient):
    broken = api.get("/api/v1/test/broken")
    assert (broken.status_code, broken.json()["code"]) == (500, "internal")
    assert SECRET not in broken.content.decode()
    forbidden = api.get("/api/v1/test/forbidden")
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    foreign = api.get("/api/v1/me", headers={"Host": "evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (400, "bad_request")


def test_messages_come_in_the_language_of_the_client(api: APIClient):
    assert api.get("/api/v1/nothing").json()["message"] == "Не найдено"
