"""What the ledger keeps of a request: enough to recognise it, and no secret."""

from __future__ import annotations

import pytest
import requests

from integrations.ledger import describe
from integrations.secret import MASK, Secret


def target(url: str, secret: Secret | None = None) -> str:
    return describe(requests.Request("GET", url).prepare(), secret=secret, outcome="200", at=0.0).target


def test_a_line_names_method_host_path_key_and_outcome():
    prepared = requests.Request("post", "https://api.example.org/v1/orders?a=1", headers={"Idempotency-Key": "e:n:0:1"})
    sent = describe(prepared.prepare(), secret=None, outcome="201", at=7.0)
    assert (sent.method, sent.target, sent.key) == ("POST", "api.example.org/v1/orders", "e:n:0:1")
    assert (sent.outcome, sent.at) == ("201", 7.0)


def test_neither_query_nor_login_nor_fragment_is_kept():
    assert target("https://anna:secret@example.org:8443/a?token=secret#secret") == "example.org:8443/a"


@pytest.mark.parametrize(
    "segment",
    [
        "bot123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "T0aB1cD2eF3gH4iJ5kL6mN7o",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_a_key_inside_a_path_is_masked(segment: str):
    shown = target(f"https://example.org/services/{segment}/send")
    assert shown == f"example.org/services/{MASK}/send"


@pytest.mark.parametrize(
    "segment", ["018f6f3e-7c1a-7d3e-9b1a-2c3d4e5f6a7b", "campaigns-of-the-year-2026", "adv", "1234567890123456789012"]
)
def test_what_people_and_programmes_name_things_by_is_shown(segment: str):
    assert target(f"https://example.org/{segment}") == f"example.org/{segment}"


def test_the_credential_of_the_call_is_masked_wherever_it_stands():
    secret = Secret(id="c", kind="bearer", value="open-sesame")
    assert target("https://example.org/open-sesame/list", secret) == f"example.org/{MASK}/list"


def test_a_line_fits_its_columns_and_holds_nothing_that_a_database_refuses():
    headers = {"Idempotency-Key": "k\x00" * 400}
    request = requests.Request("GET", f"https://example.org/{'long-' * 200}", headers=headers)
    sent = describe(request.prepare(), secret=None, outcome="x" * 100, at=0.0)
    assert [len(text) for text in (sent.target, sent.key, sent.outcome)] == [500, 300, 40]
    assert "\x00" not in sent.key
