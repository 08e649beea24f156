"""`/datasets` through the front door."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient
from openpyxl import load_workbook
from rest_framework.test import APIClient
from uuid_utils.compat import uuid7

from accounts import services, tokens
from accounts.models import Project, User
from integrations import safe_json, sink, workbooks
from integrations.models import DatasetRow
from integrations.sink import DatasetRef

pytestmark = pytest.mark.django_db

FIRST, SECOND = uuid7(), uuid7()
ROWS = "/api/v1/datasets/wb.node-1/rows"
Login = Callable[..., APIClient]


def person(username: str, roles: list[str]) -> User:
    return services.create_user(username=username, password="korova-3-moloko", roles=roles)


def client_of(user: User) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
    return api


@pytest.fixture
def viewer() -> User:
    return person("viewer", ["viewer"])


@pytest.fixture
def api(viewer: User) -> APIClient:
    return client_of(viewer)


def store(run: UUID, rows: list[dict[str, Any]], day: int, *, name: str = "wb.node-1", project: int = 0) -> None:
    ref = DatasetRef(
        project_id=project or services.default_project().pk,
        name=name,
        title="Кампании",
        workflow_id=FIRST,
        node_id="node-1",
        node_type="wb-get-campaigns",
    )
    sink.write(dataset=ref, execution_id=run, node_id="node-1", kind="raw", rows=rows)
    DatasetRow.objects.filter(execution_id=run).update(stored_at=datetime(2026, 11, day, 12, tzinfo=UTC))


@pytest.fixture
def data() -> None:
    store(FIRST, [{"name": "Кампания", "id": 1, "spend": Decimal("10.10")}, {"id": 2, "formula": "=1+1"}], day=1)
    store(SECOND, [{"name": "Вторая", "id": 3}], day=5)


def test_the_list_says_what_is_stored_and_how_much(api: APIClient, data: None) -> None:
    """S3-17: GET /datasets."""
    answer = api.get("/api/v1/datasets")
    assert answer.status_code == 200
    page = answer.json()
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    dataset = page["results"][0]
    assert dataset["name"] == "wb.node-1"
    assert dataset["title"] == "Кампании"
    assert (dataset["kind"], dataset["rows"]) == ("raw", 3)
    assert (dataset["workflowId"], dataset["nodeId"]) == (str(FIRST), "node-1")
    assert datetime.fromisoformat(dataset["updatedAt"])
    assert dataset["columns"] == ["name", "id", "spend", "formula"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("kind=raw", 1), ("kind=processed", 0), (f"workflowId={FIRST}", 1), (f"workflowId={SECOND}", 0)],
)
def test_the_list_is_narrowed_down(api: APIClient, data: None, query: str, found: int) -> None:
    assert api.get(f"/api/v1/datasets?{query}").json()["count"] == found


def test_rows_come_as_they_were_stored_with_their_run_behind(api: APIClient, data: None) -> None:
    answer = api.get(ROWS)
    page = safe_json.loads(answer.content)
    assert page["count"] == 3
    first = page["results"][0]
    assert list(first) == ["name", "id", "spend", "_executionId", "_nodeId", "_storedAt"]
    assert str(first["spend"]) == "10.10"
    assert (first["_executionId"], first["_nodeId"]) == (str(FIRST), "node-1")


def test_rows_are_cut_into_pages(api: APIClient, data: None) -> None:
    page = api.get(f"{ROWS}?format=json&pageSize=2").json()
    assert [row["id"] for row in page["results"]] == [1, 2]
    assert "page=2" in page["next"]
    assert [row["id"] for row in api.get(page["next"]).json()["results"]] == [3]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (f"executionId={SECOND}", [3]),
        (f"executionId={uuid7()}", []),
        ("from=2026-11-02", [3]),
        ("to=2026-11-01", [1, 2]),
        ("to=2026-10-31", []),
        ("from=2026-11-01&to=2026-11-05", [1, 2, 3]),
        ("from=2026-11-01T12:00:00Z&to=2026-11-05T12:00:00Z", [1, 2]),
        ("from=2026-11-05T14:59:00%2B03:00", [3]),
        ("from=2026-11-05T15:01:00%2B03:00", []),
    ],
)
@pytest.mark.parametrize("format", ["json", "ndjson"])
def test_rows_are_chosen_by_run_and_date(api: APIClient, data: None, query: str, ids: list[int], format: str) -> None:
    answer = api.get(f"{ROWS}?format={format}&{query}")
    if format == "json":
        found = answer.json()["results"]
    else:
        found = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert [row["id"] for row in found] == ids


def test_a_date_is_a_day_of_the_reader(viewer: User, api: APIClient) -> None:
    viewer.time_zone = "Asia/Vladivostok"  # UTC+10: 12:00 UTC is 22:00 there, 15:00 UTC is the next day
    viewer.save()
    store(FIRST, [{"id": 1}], day=1)
    DatasetRow.objects.update(stored_at=datetime(2026, 11, 1, 15, tzinfo=UTC))
    assert api.get(f"{ROWS}?to=2026-11-01").json()["count"] == 0
    assert api.get(f"{ROWS}?from=2026-11-02&to=2026-11-02").json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("executionId=17", "executionId"),
        ("from=yesterday", "from"),
        ("to=2026-13-45", "to"),
        ("from=9999-12-32", "from"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(api: APIClient, data: None, query: str, field: str) -> None:
    answer = api.get(f"{ROWS}?{query}")
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["details"]) == ("dataset_query_invalid", {"field": field})


def test_an_unknown_format_is_refused(api: APIClient, data: None) -> None:
    answer = api.get(f"{ROWS}?format=pdf")
    assert answer.status_code == 400
    assert "format" in answer.json()["details"]["fields"]


def test_ndjson_is_one_object_per_line(api: APIClient, data: None) -> None:
    answer = api.get(f"{ROWS}?format=ndjson")
    assert answer["Content-Type"] == "application/x-ndjson"
    assert answer["Content-Disposition"] == 'attachment; filename="wb.node-1.ndjson"'
    lines = answer.getvalue().decode().splitlines()
    assert '"spend":10.10' in lines[0]
    assert [json.loads(line)["id"] for line in lines] == [1, 2, 3]


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(api: APIClient, data: None) -> None:
    """S37: BOM, safe cells, numbers as numbers."""
    answer = api.get(f"{ROWS}?format=csv", HTTP_ACCEPT="text/csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "_executionId,_nodeId,_storedAt,name,id,spend,formula"
    assert lines[1].endswith(",Кампания,1,10.10,")
    assert lines[2].endswith(",,2,,'=1+1")
    assert lines[4] == ""


def test_a_workbook_holds_numbers_as_numbers_and_runs_nothing(api: APIClient, data: None) -> None:
    """S37: XLSX of stored rows."""
    answer = api.get(f"{ROWS}?format=xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="wb.node-1.xlsx"'
    (sheet,) = load_workbook(io.BytesIO(answer.getvalue())).worksheets
    header, first, second, _third = sheet.values
    assert header == ("_executionId", "_nodeId", "_storedAt", "name", "id", "spend", "formula")
    assert first[3:] == ("Кампания", 1, 10.1, None)
    assert second[3:] == (None, 2, None, "'=1+1")


def test_a_workbook_of_too_many_rows_is_refused(api: APIClient, data: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_ROWS", 2)
    answer = api.get(f"{ROWS}?format=xlsx")
    assert (answer.status_code, answer.json()["details"]) == (400, {"field": "format", "limit": 2})


def test_a_foreign_dataset_is_as_good_as_none(api: APIClient) -> None:
    stranger = Project.objects.create(code="other", name="Чужой")
    store(FIRST, [{"id": 1}], day=1, project=stranger.pk)
    assert api.get("/api/v1/datasets").json()["count"] == 0
    for name in ("wb.node-1", "no-such", "%00", "wb.node-1%0a"):
        answer = api.get(f"/api/v1/datasets/{name}/rows")
        assert (answer.status_code, answer.json()["code"]) == (404, "dataset_not_found")


@pytest.mark.parametrize("path", ["/api/v1/datasets", ROWS, ROWS + "?format=csv"])
def test_without_a_token_nothing_is_given_and_without_a_role_it_is_forbidden(data: None, path: str) -> None:
    assert APIClient().get(path).status_code == 401
    assert client_of(person("executor", [])).get(path).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_asgi_server_streams_a_download_in_pieces() -> None:
    store(FIRST, [{"id": number} for number in range(2500)], day=1)
    token = tokens.open_session(user=person("viewer", ["viewer"])).access

    async def download() -> list[bytes]:
        answer = await AsyncClient().get(f"{ROWS}?format=ndjson", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        content: AsyncIterator[bytes] = aiter(answer)  # type: ignore[arg-type]
        return [piece async for piece in content]

    pieces = async_to_sync(download)()
    assert [piece.count(b"\n") for piece in pieces] == [1000, 1000, 500]


@pytest.fixture(autouse=True)
def _no_cursor_is_left_open() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '_django_curs_%'")
        assert cursor.fetchone() == (0,)
