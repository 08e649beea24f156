"""Pages of the admin that belong to the border."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.services import default_project
from integrations import credentials, sink
from integrations.models import Credential, Dataset, OutboxMessage
from integrations.secret import MASK
from integrations.sink import DatasetRef

pytestmark = pytest.mark.django_db

CREDENTIALS = "/admin/integrations/credential/"
OUTBOX = "/admin/integrations/outboxmessage/"
DATASETS = "/admin/integrations/dataset/"
ROWS = "/admin/integrations/datasetrow/"
SECRET = "s3cr3t-value-4711"


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "korova-3-moloko"))
    return client


@pytest.fixture
def helper() -> Client:
    """A member of staff who has no permission at all."""
    client = Client()
    client.force_login(User.objects.create_user("helper", "korova-3-moloko", is_staff=True))
    return client


def fields(**changes: Any) -> dict[str, Any]:
    new = {"project": default_project().pk, "name": "shop", "kind": "bearer", "value": SECRET, "login": ""}
    return {**new, "allowed_hosts": "API.example.org *.example.com", **changes}


def only() -> Credential:
    return Credential.objects.get()


def test_a_secret_goes_in_and_never_comes_out(root: Client) -> None:
    """S25: write-only fields, fixed mask."""
    assert root.post(CREDENTIALS + "add/", fields()).status_code == 302
    secret = credentials.reveal(only().pk, only().project_id)
    assert (secret.value, secret.hosts) == (SECRET, ("api.example.org", "*.example.com"))
    for page in (CREDENTIALS, f"{CREDENTIALS}{only().pk}/change/", f"{CREDENTIALS}{only().pk}/history/"):
        shown = root.get(page).content.decode()
        assert SECRET not in shown
        assert bytes(only().ciphertext).hex() not in shown
    assert MASK in root.get(CREDENTIALS).content.decode()


def test_an_empty_secret_leaves_the_old_one(root: Client) -> None:
    root.post(CREDENTIALS + "add/", fields())
    root.post(f"{CREDENTIALS}{only().pk}/change/", fields(name="renamed", value=""))
    assert (only().name, credentials.unseal(only()).value) == ("renamed", SECRET)


def test_a_new_secret_replaces_the_old_one(root: Client) -> None:
    root.post(CREDENTIALS + "add/", fields())
    root.post(f"{CREDENTIALS}{only().pk}/change/", fields(value="another-value"))
    assert credentials.unseal(only()).value == "another-value"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": ""}, "value"),
        ({"kind": "basic"}, "login"),
        ({"value": "line\nbreak"}, "value"),
        ({"kind": "magic"}, "kind"),
        ({"name": ""}, "name"),
    ],
)
def test_a_secret_that_does_not_fit_is_explained_at_its_field(
    root: Client, changes: dict[str, str], field: str
) -> None:
    answer = root.post(CREDENTIALS + "add/", fields(**changes))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Credential.objects.exists()


def test_another_kind_needs_its_secret_anew(root: Client) -> None:
    root.post(CREDENTIALS + "add/", fields())
    answer = root.post(f"{CREDENTIALS}{only().pk}/change/", fields(kind="wildberries", value=""))
    assert "value" in answer.context["adminform"].form.errors
    assert only().kind == "bearer"


def dead() -> OutboxMessage:
    error = {"code": "unreachable", "message": "Нет связи", "details": {}}
    return OutboxMessage.objects.create(
        topic="dataset.store",
        queue="system",
        payload={"stepId": "42"},
        state="dead",
        tries=3,
        error=error,
        finished_at=timezone.now(),
    )


def test_dead_messages_are_listed_with_their_error_and_sent_again(root: Client, valkey: redis.Redis) -> None:
    message = dead()
    page = root.get(f"{OUTBOX}?state__exact=dead").content.decode()
    assert "unreachable: Нет связи" in page
    assert "stepId" in root.get(f"{OUTBOX}{message.pk}/change/").content.decode()
    answer = root.post(OUTBOX, {"action": "send_again", "_selected_action": [str(message.pk)]})
    assert answer.status_code == 302
    message.refresh_from_db()
    assert (message.state, message.tries) == ("waiting", 0)


def test_messages_cannot_be_edited_or_deleted(root: Client) -> None:
    message = dead()
    assert root.get(OUTBOX + "add/").status_code == 403
    assert root.post(f"{OUTBOX}{message.pk}/change/", {"topic": "other"}).status_code == 403
    assert root.get(f"{OUTBOX}{message.pk}/delete/").status_code == 403


def test_who_may_only_look_cannot_send_again(helper: Client) -> None:
    message = dead()
    user = User.objects.get(username="helper")
    user.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    assert helper.get(OUTBOX).status_code == 200
    helper.post(OUTBOX, {"action": "send_again", "_selected_action": [str(message.pk)]})
    message.refresh_from_db()
    assert message.state == "dead"


@pytest.fixture
def dataset() -> Dataset:
    ref = DatasetRef(project_id=default_project().pk, name="wb.node-1", title="Кампании", node_id="node-1")
    sink.write(dataset=ref, execution_id=uuid7(), node_id="node-1", kind="raw", rows=[{"id": 1, "name": "Акция"}])
    return Dataset.objects.get()


def test_a_dataset_leads_to_its_rows_and_downloads(root: Client, dataset: Dataset) -> None:
    page = root.get(DATASETS).content.decode()
    assert f"{ROWS}?dataset__id__exact={dataset.pk}" in page
    assert f"{DATASETS}{dataset.pk}/download/csv" in page
    assert "Кампании" in root.get(f"{DATASETS}{dataset.pk}/change/").content.decode()
    rows = root.get(f"{ROWS}?dataset__id__exact={dataset.pk}").content.decode()
    assert "Акция" in rows
    row = dataset.rows.get()
    assert "Акция" in root.get(f"{ROWS}{row.pk}/change/").content.decode()


def test_rows_are_looked_at_one_dataset_at_a_time(root: Client, dataset: Dataset) -> None:
    answer = root.get(ROWS)
    assert (answer.status_code, answer["Location"]) == (302, DATASETS)


def test_a_dataset_is_downloaded_narrowed_down_as_in_the_api(root: Client, dataset: Dataset) -> None:
    address = f"{DATASETS}{dataset.pk}/download/"
    answer = root.get(address + "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "Акция" in answer.getvalue().decode()
    assert root.get(f"{address}ndjson?executionId={uuid7()}").getvalue() == b""
    assert root.get(f"{address}csv?from=yesterday").status_code == 302
    assert root.get(address + "exe").status_code == 404


def test_staff_without_permission_gets_no_download(helper: Client, dataset: Dataset) -> None:
    assert helper.get(f"{DATASETS}{dataset.pk}/download/csv").status_code == 403
    assert Client().get(f"{DATASETS}{dataset.pk}/download/csv").status_code == 302
