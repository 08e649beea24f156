"""The forecast of a run's length: by how much there is, by token, and by the buckets as they stand."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import default_project
from integrations import sink
from integrations.wildberries import tokens
from integrations.wildberries.pacing import Pace
from tests.fakes.wildberries import readable_token
from tests.integration import runs
from tests.integration.executions import driving
from tests.security.keys import stored
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(settings) -> str:
    """A personal token of a seller that nobody else has."""
    settings.WB_API_BASE_URL = "https://advert-api.wildberries.ru"
    settings.WB_ANALYTICS_BASE_URL = "https://statistics-api.wildberries.ru"
    settings.WB_API_KEY = readable_token(sid=uuid4().hex, acc=3)
    return settings.WB_API_KEY


@pytest.fixture
def user() -> User:
    return runs.person("editor")


@pytest.fixture
def flow(user) -> Workflow:
    nodes: list[driving.NodeSpec] = [
        ("campaigns", "wb-get-campaigns"),
        ("stats", "wb-get-statistics", {"config": {"period": 7}}),
        ("keywords", "wb-get-keywords", {"config": {"period": "{{ $json.days }}"}}),
        ("end", "noop"),
    ]
    edges = [("campaigns", "stats"), ("campaigns", "keywords"), ("stats", "end", "stats_out")]
    return driving.workflow(user, driving.definition(nodes, edges))


def forecast(flow: Workflow, user: User, query: str = "") -> dict[str, Any]:
    answer = runs.client(user).get(f"/api/v1/workflows/{flow.id}/forecast{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_five_hundred_campaigns_are_told_to_take_three_minutes(flow, user, token):
    """S3-14: said before the start, node by node."""
    told = forecast(flow, user, "?campaigns=500&pairs=1000")
    nodes = {node["nodeId"]: node for node in told["nodes"]}
    assert list(nodes) == ["campaigns", "stats", "keywords"]
    assert nodes["campaigns"]["requests"] == {"count": 1, "adverts": 10}
    assert nodes["stats"]["requests"] == {"fullstats": 10}
    assert nodes["keywords"]["requests"] == {"normquery_v1": 10}
    assert [nodes[name]["exact"] for name in nodes] == [True, True, False]
    assert nodes["stats"]["beginsAfterSeconds"] == nodes["campaigns"]["endsAfterSeconds"]
    assert 185 < told["seconds"] < 195
    assert (told["tokenKind"], told["sizeSource"]) == ("personal", "given")


def test_a_basic_token_needs_hours(flow, user, token, settings):
    settings.WB_API_KEY = readable_token(sid=uuid4().hex, acc=1)
    assert forecast(flow, user, "?campaigns=100")["seconds"] > 3600


def test_a_node_that_names_a_seller_is_timed_by_that_sellers_token(user, token):
    """S3-14: the installation's token is quick, the seller's is a basic one."""
    basic = stored(readable_token(sid=uuid4().hex, acc=1), kind="wildberries")
    statistics = {"config": {"campaignIds": list(range(1, 101)), "seller": str(basic.pk)}}
    flow = driving.workflow(user, driving.definition([("stats", "wb-get-statistics", statistics)]))
    told = forecast(flow, user)
    assert told["tokenKind"] == "personal"
    assert [node["tokenKind"] for node in told["nodes"]] == ["basic"]
    assert told["seconds"] > 3600


def test_a_bucket_that_is_in_use_is_waited_for_and_looking_takes_nothing(flow, user, token, settings):
    pace = Pace(base_url=settings.WB_API_BASE_URL, token=tokens.read(token))
    assert forecast(flow, user, "?campaigns=1&pairs=1")["seconds"] < 5
    pace.wait_turn("fullstats")
    assert 15 < forecast(flow, user, "?campaigns=1&pairs=1")["seconds"] < 22
    pace.slow_down("normquery_v1", {"X-Ratelimit-Retry": "90"})
    assert 85 < forecast(flow, user, "?campaigns=1&pairs=1")["seconds"] < 92


def test_what_the_last_run_has_stored_says_how_much_there_is(flow, user, token):
    assert forecast(flow, user)["sizeSource"] == "assumed"
    dataset = sink.DatasetRef(
        project_id=default_project().pk, name="x", workflow_id=flow.id, node_type="wb-get-campaigns"
    )
    rows = [{"campaignId": number, "nmIds": [1, 2]} for number in range(120)]
    sink.write(dataset=dataset, execution_id=uuid4(), node_id="campaigns", kind="raw", rows=rows)
    told = forecast(flow, user)
    assert (told["campaigns"], told["pairs"], told["sizeSource"]) == (120, 240, "last_run")
    assert forecast(flow, user, "?campaigns=60")["pairs"] == 120


def test_elsewhere_the_answers_set_the_pace(flow, user, settings):
    settings.WB_API_BASE_URL = settings.WB_ANALYTICS_BASE_URL = "http://127.0.0.1:3010"
    settings.WB_API_KEY = uuid4().hex
    assert forecast(flow, user, "?campaigns=500")["seconds"] < 30


def test_who_may_see_the_workflow_may_ask(flow, user, token):
    address = f"/api/v1/workflows/{flow.id}/forecast"
    for person, status in ((None, 401), (runs.person(None), 403), (runs.person("viewer"), 200)):
        assert runs.client(person).get(address).status_code == status
    assert runs.client(user).get(address + "?campaigns=-1").status_code == 400
    assert runs.client(user).get(f"/api/v1/workflows/{uuid4()}/forecast").status_code == 404


def test_the_admin_page_of_a_workflow_tells_it_too(flow, user, token):
    """S3-14: seen before somebody presses "run"."""
    client = Client()
    client.force_login(User.objects.create_superuser("root", "korova-3-moloko"))
    page = client.get(f"/admin/workflows/workflow/{flow.id}/change/").content.decode()
    assert re.search(r"Сколько ждать Wildberries</label>.{,400}0:00:\d\d", page, re.DOTALL)
    idle = driving.workflow(user, driving.chain(2), name="idle")
    page = client.get(f"/admin/workflows/workflow/{idle.id}/change/").content.decode()
    assert re.search(r"Сколько ждать Wildberries</label>.{,400}—", page, re.DOTALL)
